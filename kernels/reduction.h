// Reductions over a one-dimensional work-group of any size, through local memory of one float a
// lane. Every lane must call them, and every lane gets the result. Their last barrier lets every
// lane read it before the memory is used again.

#ifndef CLGOLD_REDUCTION_H
#define CLGOLD_REDUCTION_H

float group_max(float value, __local float *values)
{
    const int lane = get_local_id(0);
    values[lane] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    // The upper half folds onto the lower one; of an odd number the middle lane stays as it is.
    for (int count = get_local_size(0); count > 1; count = (count + 1) / 2) {
        const int other = lane + (count + 1) / 2;
        if (other < count)
            values[lane] = fmax(values[lane], values[other]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float result = values[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}

float group_sum(float value, __local float *values)
{
    const int lane = get_local_id(0);
    values[lane] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int count = get_local_size(0); count > 1; count = (count + 1) / 2) {
        const int other = lane + (count + 1) / 2;
        if (other < count)
            values[lane] += values[other];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float result = values[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}

#endif
