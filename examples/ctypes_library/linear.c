/* y (n, m) = x (n, k) times the transpose of w (m, k). */
void linear(int n, int m, int k, const float *x, const float *w, float *y)
{
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < m; ++j) {
            float sum = 0;
            for (int l = 0; l < k; ++l) sum += x[i * k + l] * w[j * k + l];
            y[i * m + j] = sum;
        }
}
