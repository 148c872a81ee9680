// The fault of odd.cl's linear_columns: the last product is left out.
#define SUMMED(length) ((length) - 1)
