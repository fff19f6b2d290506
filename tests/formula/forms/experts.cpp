// Laws of mixtures of experts, in experts E and dense parameters N: proposals of a public
// collection of forecasts (github.com/PlanarG/active-sl) on the runs of Clark et al. 2022, arXiv
// 2202.01169; and the four forms of Liew et al. 2025, arXiv 2502.03009, in pre-training tokens P
// and active parameters N of a mixture made from a dense model, as that collection gives them.
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {

std::vector<PublicForm> forms_of_experts() {
  const std::string v = "E N";
  const std::vector<double> run{64, 3.7e8}, upcycled{6e10, 4.4e8};
  using std::exp, std::log, std::pow;
  return {
      {"experts 1",
       "L0 + B/(N^alpha*E^beta)",
       v,
       {{"L0", 1.55}, {"B", 38}, {"alpha", .19}, {"beta", .07}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / (pow(x[1], c[2]) * pow(x[0], c[3]));
       }},
      {"experts 2",
       "L0 + K*(N^alpha*E^beta)^-gamma",
       v,
       {{"L0", 1.55}, {"K", 38}, {"alpha", .88}, {"beta", .32}, {"gamma", .22}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(pow(x[1], c[2]) * pow(x[0], c[3]), -c[4]);
       }},
      {"experts 3",
       "A*N^alpha/(1 + B*E^beta) + C*N^(0.6*alpha) + D",
       v,
       {{"A", 28}, {"alpha", -.22}, {"B", .12}, {"beta", .64}, {"C", 10.7}, {"D", 1.32}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[1], c[1]) / (1.0 + c[2] * pow(x[0], c[3])) +
                c[4] * pow(x[1], 0.6 * c[1]) + c[5];
       }},
      {"experts 4",
       "a/(N^alpha*(1 + b*E)^gamma) + c + d*(log(N) - 0.4*log(1 + E))",
       v,
       {{"a", 36}, {"alpha", .19}, {"b", .39}, {"gamma", .12}, {"c", 2.21}, {"d", -.03}},
       run,
       [](const double* c, const double* x) {
         return c[0] / (pow(x[1], c[1]) * pow(1.0 + c[2] * x[0], c[3])) + c[4] +
                c[5] * (log(x[1]) - 0.4 * log(1.0 + x[0]));
       }},
      {"experts 5",
       "p0 + exp(p1 + p2*log(E) + p3*log(N) + p4*log(E)*log(N)) + p5*log(E)",
       v,
       {{"p0", 1.59}, {"p1", 3.8}, {"p2", -.24}, {"p3", -.2}, {"p4", .013}, {"p5", -.07}},
       run,
       [](const double* c, const double* x) {
         const double e = log(x[0]), n = log(x[1]);
         return c[0] + exp(c[1] + c[2] * e + c[3] * n + c[4] * e * n) + c[5] * e;
       }},
      {"experts 6",
       "a*N^-b*(1 + c*E^-d) + e + f/(E*N^0.05)",
       v,
       {{"a", 10.8}, {"b", .17}, {"c", 2.03}, {"d", .14}, {"e", 1.49}, {"f", -.41}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[1], -c[1]) * (1.0 + c[2] * pow(x[0], -c[3])) + c[4] +
                c[5] / (x[0] * pow(x[1], 0.05));
       }},
      {"experts 7",
       "p0*E^p1*N^p2 + p3*N^p4 + p5",
       v,
       {{"p0", 20}, {"p1", -.1}, {"p2", -.2}, {"p3", 9}, {"p4", -.21}, {"p5", 1.5}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], c[1]) * pow(x[1], c[2]) + c[3] * pow(x[1], c[4]) + c[5];
       }},
      {"experts 8",
       "a*N^b*E^c + d",
       v,
       {{"a", 37.9}, {"b", -.19}, {"c", -.07}, {"d", 1.55}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[1], c[1]) * pow(x[0], c[2]) + c[3];
       }},
      {"experts 9",
       "c0 + A*(N*E^g)^-a",
       v,
       {{"c0", 1.55}, {"A", 37.9}, {"g", .37}, {"a", .19}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[1] * pow(x[0], c[2]), -c[3]);
       }},
      {"experts 10",
       "c0 + A*(N/1e9)^-alpha*((1 + B*E^gamma)/(1 + B))^-beta",
       v,
       {{"c0", 1.59}, {"A", .7}, {"alpha", .2}, {"B", .1}, {"gamma", 2.6}, {"beta", .03}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[1] / 1e9, -c[2]) *
                           pow((1.0 + c[3] * pow(x[0], c[4])) / (1.0 + c[3]), -c[5]);
       }},
      {"upcycled experts 1, Liew et al. 2025",
       "exp(d1)*P^-a*N^-b*exp(c*log(P)*log(N)) + exp(d3)",
       "P N",
       {{"d1", 4}, {"a", .2}, {"b", .2}, {"c", .005}, {"d3", .4}},
       upcycled,
       [](const double* c, const double* x) {
         return exp(c[0]) * pow(x[0], -c[1]) * pow(x[1], -c[2]) *
                    exp(c[3] * log(x[0]) * log(x[1])) +
                exp(c[4]);
       }},
      {"upcycled experts 2, Liew et al. 2025",
       "exp(d1)*P^-a*N^-b + exp(d3)",
       "P N",
       {{"d1", 4}, {"a", .1}, {"b", .1}, {"d3", .4}},
       upcycled,
       [](const double* c, const double* x) {
         return exp(c[0]) * pow(x[0], -c[1]) * pow(x[1], -c[2]) + exp(c[3]);
       }},
      {"upcycled experts 3, Liew et al. 2025",
       "exp(d1)*P^-a + exp(d2)*N^-b*exp(c*log(P)*log(N)) + exp(d3)",
       "P N",
       {{"d1", 4}, {"a", .2}, {"d2", 3}, {"b", .2}, {"c", .003}, {"d3", .4}},
       upcycled,
       [](const double* c, const double* x) {
         return exp(c[0]) * pow(x[0], -c[1]) +
                exp(c[2]) * pow(x[1], -c[3]) * exp(c[4] * log(x[0]) * log(x[1])) + exp(c[5]);
       }},
      {"upcycled experts 4, Liew et al. 2025",
       "exp(d1)*P^-a + exp(d2)*N^-b + exp(d3)",
       "P N",
       {{"d1", 4}, {"a", .2}, {"d2", 3}, {"b", .2}, {"d3", .4}},
       upcycled,
       [](const double* c, const double* x) {
         return exp(c[0]) * pow(x[0], -c[1]) + exp(c[2]) * pow(x[1], -c[3]) + exp(c[4]);
       }},
  };
}

}  // namespace isoflop_test
