// Laws of models that run P streams in parallel, in parameters N and P. The fifth is that of Chen
// et al. 2025, arXiv 2505.10475; the others are proposals that a public collection of forecasts
// (github.com/PlanarG/active-sl) compares with it.
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {

std::vector<PublicForm> forms_of_parallel_streams() {
  const std::string v = "N P";
  const std::vector<double> run{1.6e9, 4};
  using std::log, std::pow;
  return {
      {"parallel 1",
       "c0 + cN*N^-alpha + cP*P^-beta + cNP*N^-alpha*P^-beta",
       v,
       {{"c0", 1.38}, {"cN", 112}, {"alpha", .26}, {"cP", .097}, {"beta", .4}, {"cNP", 5.7}},
       run,
       [](const double* c, const double* x) {
         const double n = pow(x[0], -c[2]), p = pow(x[1], -c[4]);
         return c[0] + c[1] * n + c[3] * p + c[5] * n * p;
       }},
      {"parallel 2",
       "c0 + cN*N^-alpha + cP*P^-beta",
       v,
       {{"c0", 1.36}, {"cN", 118}, {"alpha", .26}, {"cP", .12}, {"beta", .4}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[0], -c[2]) + c[3] * pow(x[1], -c[4]);
       }},
      {"parallel 3",
       "a*N^b + c/(1 + P) + d",
       v,
       {{"a", 118}, {"b", -.26}, {"c", .17}, {"d", 1.4}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], c[1]) + c[2] / (1.0 + x[1]) + c[3];
       }},
      {"parallel 4",
       "a*N^b + c*P^-0.5 + d",
       v,
       {{"a", 118}, {"b", -.26}, {"c", .105}, {"d", 1.38}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], c[1]) + c[2] / std::sqrt(x[1]) + c[3];
       }},
      {"parallel 5, Chen et al. 2025",
       "(A/(N*(k*log(P) + 1)))^alpha + E",
       v,
       {{"A", 2e8}, {"k", .33}, {"alpha", .2}, {"E", 1.29}},
       run,
       [](const double* c, const double* x) {
         return pow(c[0] / (x[0] * (c[1] * log(x[1]) + 1.0)), c[2]) + c[3];
       }},
      {"parallel 6",
       "c0 + c1*(N^-alpha + P^-beta)",
       v,
       {{"c0", -100}, {"c1", 102}, {"alpha", .26}, {"beta", .001}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * (pow(x[0], -c[2]) + pow(x[1], -c[3]));
       }},
      {"parallel 7",
       "L0 + A*N^-alpha/(1 + k*log(P))",
       v,
       {{"L0", 1.3}, {"A", 48}, {"alpha", .2}, {"k", .055}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[0], -c[2]) / (1.0 + c[3] * log(x[1]));
       }},
      {"parallel 8",
       "(a*N^b + c)/(1 + d*log(P))",
       v,
       {{"a", 118}, {"b", -.26}, {"c", 1.47}, {"d", .017}},
       run,
       [](const double* c, const double* x) {
         return (c[0] * pow(x[0], c[1]) + c[2]) / (1.0 + c[3] * log(x[1]));
       }},
      {"parallel 9",
       "A*N^-alpha*P^-beta",
       v,
       {{"A", 7.7}, {"alpha", .065}, {"beta", .017}},
       run,
       [](const double* c, const double* x) { return c[0] * pow(x[0], -c[1]) * pow(x[1], -c[2]); }},
      {"parallel 10",
       "(A*N^-alpha + E)*P^-beta",
       v,
       {{"A", 118}, {"alpha", .26}, {"E", 1.47}, {"beta", .017}},
       run,
       [](const double* c, const double* x) {
         return (c[0] * pow(x[0], -c[1]) + c[2]) * pow(x[1], -c[3]);
       }},
  };
}

}  // namespace isoflop_test
