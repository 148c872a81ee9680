// What several kernels share. Arrays are float32 (class indices int), in C order, and indices
// fit into an int. An optional operand that is absent arrives as NULL.

#ifndef CLGOLD_COMMON_H
#define CLGOLD_COMMON_H

// The place of this work-item's element in an output that has as many elements as there are
// work-items: the global size (x, y, z) is the output's shape (z, y, x).
int output_index(void)
{
    const size_t row = get_global_id(2) * get_global_size(1) + get_global_id(1);
    return (int)(row * get_global_size(0) + get_global_id(0));
}

// The larger of the two, and NaN if either is NaN; fmax would drop the NaN.
float nan_max(float a, float b)
{
    return b > a || isnan(b) ? b : a;
}

// Does the element a at index i come before b at j in the search for the maximum? NaN counts as
// the largest value, and of equal values the first one wins.
int wins(float a, int i, float b, int j)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && (!isnan(b) || i < j);
    return a > b || (a == b && i < j);
}

// expm1 rather than exp - 1, which loses every digit near 0.
float elu_at(float x, float alpha)
{
    return x > 0.0f ? x : alpha * expm1(x);
}

// Output `unit` of a linear layer: one row of the input times one row of weight (units, length).
float linear_at(__global const float *row, __global const float *weight,
                __global const float *bias, int unit, int length)
{
    float sum = 0.0f;
    for (int k = 0; k < length; ++k)
        sum += row[k] * weight[unit * length + k];
    return bias ? sum + bias[unit] : sum;
}

#endif
