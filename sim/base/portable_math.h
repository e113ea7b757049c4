#pragma once
// Elementary functions that give the same bits on every machine. The C library does not: it picks
// variants for the CPU at hand, and results that decide about a run (checkpoint intervals, numbers
// of spares, repair times) must not depend on that. Only + - * / and sqrt, exact scaling by powers
// of two and comparisons are used; the build forbids contraction to fused multiply-add.
//
// Accuracy: within 1e-15 of the truth, relative, unless said otherwise; tests hold them to it.
// Every function returns NaN for NaN and never raises or throws.

namespace tidepool::portable {

double exp(double x);    // -inf -> 0, inf -> inf; overflows to inf above 709.78, to 0 below -745.14
double expm1(double x);  // exp(x) - 1, accurate near 0; -inf -> -1
double log(double x);    // 0 -> -inf, negative -> NaN, inf -> inf
double log1p(double x);  // log(1 + x), accurate near 0; -1 -> -inf, below -> NaN
double pow(double x, double y);  // special values as in IEEE 754: pow(1, y) = pow(x, 0) = 1;
                                 // negative x needs an integer y, otherwise NaN

// Of x > 0; 0 -> inf, negative -> NaN (no use here needs the poles). Stirling's series, shifted.
double gamma(double x);  // overflows to inf above 171.62

// The z with P(standard normal <= z) = p. Wichura 1988, algorithm AS 241 (PPND16).
// 0 -> -inf, 1 -> inf, outside [0, 1] -> NaN. For an upper tail pass the small p and negate.
double normal_quantile(double p);

// 1 + W0(-e^(-c-1)), W0 the principal branch of Lambert's W (w e^w = x), accurate for every
// c >= 0, however small: 0 -> 0, inf -> 1, negative -> NaN.
double one_plus_lambert_w0(double c);

}  // namespace tidepool::portable
