"""Why and where a result is wrong: masks, causes, explanations, bisection, reproduction."""
