// ELU of VEC elements at a time.

#ifndef CLGOLD_ELU_H
#define CLGOLD_ELU_H

#include "vector.h"

// expm1 rather than exp - 1, which loses every digit near 0. NaN stays NaN.
floatv elu_of(floatv x, float alpha)
{
    return select(alpha * expm1(x), x, isgreater(x, (floatv)0.0f));
}

#endif
