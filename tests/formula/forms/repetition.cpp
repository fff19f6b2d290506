// Laws of repeated data, in unique tokens U, parameters N and tokens D. The third is that of
// Muennighoff et al. 2023, arXiv 2305.16264, with one exponent; the others are proposals that a
// public collection of forecasts (github.com/PlanarG/active-sl) compares with it.
#include <algorithm>
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {
namespace {

double u_of(const double* x) { return x[0]; }
double n_of(const double* x) { return x[1]; }
double d_of(const double* x) { return x[2]; }

}  // namespace

std::vector<PublicForm> forms_of_repetition() {
  const std::string v = "U N D";
  const std::vector<double> run{4e9, 2.8e9, 5.5e10};
  using std::exp, std::log, std::max, std::min, std::pow;
  return {
      {"repetition 1",
       "A/N^alpha + B/D^beta + E*U^gamma*N^delta",
       v,
       {{"A", 5e5},
        {"alpha", .8},
        {"B", 1e5},
        {"beta", .56},
        {"E", 12},
        {"gamma", -.04},
        {"delta", -.03}},
       run,
       [](const double* c, const double* x) {
         return c[0] / pow(n_of(x), c[1]) + c[2] / pow(d_of(x), c[3]) +
                c[4] * pow(u_of(x), c[5]) * pow(n_of(x), c[6]);
       }},
      {"repetition 2",
       "a + b*U^p + c*N^q + d*D^r",
       v,
       {{"a", 2}, {"b", 17}, {"p", -.14}, {"c", 3400}, {"q", -.48}, {"d", 1e5}, {"r", -.56}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(u_of(x), c[2]) + c[3] * pow(n_of(x), c[4]) +
                c[5] * pow(d_of(x), c[6]);
       }},
      {"repetition 3, Muennighoff et al. 2023",
       "A/(min(rho*U, N)*(1 + tN*(1 - exp(-(max(N/min(rho*U, N) - 1, 0))/tN))))^alpha"
       " + B/(U*(1 + tD*(1 - exp(-(D/U - 1)/tD))))^alpha + C",
       v,
       {{"A", 2345},
        {"tN", 5.3},
        {"B", 14500},
        {"tD", 15.4},
        {"alpha", .45},
        {"C", 2.3},
        {"rho", .1}},
       run,
       [](const double* c, const double* x) {
         const double un = min(c[6] * u_of(x), n_of(x)), rn = max(n_of(x) / un - 1.0, 0.0);
         const double n = un * (1.0 + c[1] * (1.0 - exp(-rn / c[1])));
         const double d = u_of(x) * (1.0 + c[3] * (1.0 - exp(-(d_of(x) / u_of(x) - 1.0) / c[3])));
         return c[0] / pow(n, c[4]) + c[2] / pow(d, c[4]) + c[5];
       }},
      {"repetition 4",
       "L0 + A*N^-a + B*(D/(1 + D/(s*U*N^d)))^-b",
       v,
       {{"L0", 2.5}, {"A", 4e6}, {"a", .92}, {"B", 12500}, {"b", .44}, {"s", 197}, {"d", -.13}},
       run,
       [](const double* c, const double* x) {
         const double q = d_of(x) / (c[5] * u_of(x) * pow(n_of(x), c[6]));
         return c[0] + c[1] * pow(n_of(x), -c[2]) + c[3] * pow(d_of(x) / (1.0 + q), -c[4]);
       }},
      {"repetition 5",
       "A/N^alpha + B/(U^gamma*D^(1 - gamma))^beta + E",
       v,
       {{"A", 173}, {"alpha", .28}, {"B", 1.7e6}, {"beta", .71}, {"E", 2.3}, {"gamma", .34}},
       run,
       [](const double* c, const double* x) {
         const double d = pow(u_of(x), c[5]) * pow(d_of(x), 1.0 - c[5]);
         return c[0] / pow(n_of(x), c[1]) + c[2] / pow(d, c[3]) + c[4];
       }},
      {"repetition 6",  // x^c is NaN at 0: the floor stands for it
       "E + A*N^-alpha + B*(D/(1 + C*max(D/U - 1, 1e-12)^c*N^d))^-beta",
       v,
       {{"E", 3},
        {"A", 1.6e6},
        {"alpha", .86},
        {"B", 7e8},
        {"beta", 1.04},
        {"C", .3},
        {"c", .83},
        {"d", .02}},
       run,
       [](const double* c, const double* x) {
         const double more = max(d_of(x) / u_of(x) - 1.0, 0.0);
         const double d = d_of(x) / (1.0 + c[5] * pow(more, c[6]) * pow(n_of(x), c[7]));
         return c[0] + c[1] * pow(n_of(x), -c[2]) + c[3] * pow(d, -c[4]);
       }},
      {"repetition 7",
       "L0 + A*(N*U)^p + B*D^q + C*N^r",
       v,
       {{"L0", 2.4},
        {"A", 1100},
        {"p", -.18},
        {"B", 95000},
        {"q", -.55},
        {"C", 7e11},
        {"r", -1.77}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(n_of(x) * u_of(x), c[2]) + c[3] * pow(d_of(x), c[4]) +
                c[5] * pow(n_of(x), c[6]);
       }},
      {"repetition 8",
       "a + b/D^alpha + c/N^beta + d*abs(log(U/D + 1))^gamma",
       v,
       {{"a", 3.7},
        {"b", 9000},
        {"alpha", .42},
        {"c", 8000},
        {"beta", .54},
        {"d", -1.7},
        {"gamma", .3}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(d_of(x), c[2]) + c[3] / pow(n_of(x), c[4]) +
                c[5] * pow(std::abs(log(u_of(x) / d_of(x) + 1.0)), c[6]);
       }},
      {"repetition 9",
       "A/N^alpha + B/D^beta*(1 + C/U^gamma) + L0",
       v,
       {{"A", 90},
        {"alpha", .22},
        {"B", 16000},
        {"beta", .47},
        {"C", 1.1e9},
        {"gamma", 1.2},
        {"L0", 2}},
       run,
       [](const double* c, const double* x) {
         return c[0] / pow(n_of(x), c[1]) +
                c[2] / pow(d_of(x), c[3]) * (1.0 + c[4] / pow(u_of(x), c[5])) + c[6];
       }},
      {"repetition 10",
       "L0 + A*N^-a + B*(D^(-b*q) + (k*U)^(-b*q))^(1/q)",
       v,
       {{"L0", 2}, {"A", 300}, {"a", .3}, {"B", 16000}, {"b", .45}, {"k", 30}, {"q", 2.5}},
       run,
       [](const double* c, const double* x) {
         const double d = pow(d_of(x), -c[4] * c[6]), u = pow(c[5] * u_of(x), -c[4] * c[6]);
         return c[0] + c[1] * pow(n_of(x), -c[2]) + c[3] * pow(d + u, 1.0 / c[6]);
       }},
  };
}

}  // namespace isoflop_test
