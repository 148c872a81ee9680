// Powers base^beta, of VEC elements at a time.

#ifndef CLGOLD_POWER_H
#define CLGOLD_POWER_H

#include "vector.h"

#ifndef ROOTS
#define ROOTS 0 // 1: beta is 3/4, by two square roots, which are a few units in the last place off
#endif

floatv power_of(floatv base, float beta)
{
#if ROOTS
    const floatv root = sqrt(base);
    return root * sqrt(root);
#else
    return pow(base, (floatv)beta);
#endif
}

#endif
