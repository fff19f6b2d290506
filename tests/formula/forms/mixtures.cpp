// Laws of the loss on one of five domains in their shares p1 to p5 of the training data, of which
// some are 0: proposals of a public collection of forecasts (github.com/PlanarG/active-sl) on the
// runs of Ye et al. 2024, arXiv 2403.16952, whose own law is the last one. A formula gives one
// loss: it is that of domain 1, and a law of all five domains is five formulas; where two proposals
// there share exponents between domains, 35 coefficients in all, these formulas do not. A share in
// a logarithm or below a power has the floor that the collection gives it.
#include <algorithm>
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {

std::vector<PublicForm> forms_of_mixtures() {
  const std::string v = "~p1 ~p2 ~p3 ~p4 ~p5";
  const std::vector<double> run{.25, .5, 0, .125, .125};
  using std::exp, std::log, std::pow;
  return {
      {"mixture 1",
       "a + b*log(max(p1, 1e-12)) + c2*p2 + c3*p3 + c4*p4 + c5*p5",
       v,
       {{"a", 2.4}, {"b", -.02}, {"c2", .4}, {"c3", 1.2}, {"c4", -.3}, {"c5", .9}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * log(x[0]) + c[2] * x[1] + c[3] * x[2] + c[4] * x[3] + c[5] * x[4];
       }},
      {"mixture 2",
       "A*(p1 + eps)^-alpha*exp(w2*p2 + w3*p3 + w4*p4 + w5*p5)",
       v,
       {{"A", 2.2}, {"eps", .03}, {"alpha", .1}, {"w2", -.2}, {"w3", .1}, {"w4", -.4}, {"w5", .05}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0] + c[1], -c[2]) *
                exp(c[3] * x[1] + c[4] * x[2] + c[5] * x[3] + c[6] * x[4]);
       }},
      {"mixture 3",
       "a + b*max(p1, 1e-12)^e + w2*p2 + w3*p3 + w4*p4 + w5*p5",
       v,
       {{"a", 3.1}, {"b", -1.1}, {"e", 1.2}, {"w2", .3}, {"w3", -.6}, {"w4", .8}, {"w5", .1}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[0], c[2]) + c[3] * x[1] + c[4] * x[2] + c[5] * x[3] +
                c[6] * x[4];
       }},
      {"mixture 4",
       "exp(b + c1*max(p1, 1e-12)^a1 + c2*max(p2, 1e-12)^a2 + c3*max(p3, 1e-12)^a3"
       " + c4*max(p4, 1e-12)^a4 + c5*max(p5, 1e-12)^a5)",
       v,
       {{"b", .9},
        {"c1", -.8},
        {"a1", 1.1},
        {"c2", .3},
        {"a2", .97},
        {"c3", -.2},
        {"a3", 1.5},
        {"c4", .6},
        {"a4", 1.9},
        {"c5", -.1},
        {"a5", 1.3}},
       run,
       [](const double* c, const double* x) {
         double sum = c[0];
         for (int k = 0; k < 5; ++k) {
           sum += c[2 * k + 1] * pow(std::max(x[k], 1e-12), c[2 * k + 2]);
         }
         return exp(sum);
       }},
      {"mixture 5",
       "b + c1*max(p1, 1e-12)^a1 + c2*max(p2, 1e-12)^a2 + c3*max(p3, 1e-12)^a3"
       " + c4*max(p4, 1e-12)^a4 + c5*max(p5, 1e-12)^a5",
       v,
       {{"b", 2.9},
        {"c1", -1.8},
        {"a1", 1.1},
        {"c2", .3},
        {"a2", 1.04},
        {"c3", -.2},
        {"a3", 1.5},
        {"c4", .6},
        {"a4", 1.9},
        {"c5", -.1},
        {"a5", 1.3}},
       run,
       [](const double* c, const double* x) {
         double sum = c[0];
         for (int k = 0; k < 5; ++k) {
           sum += c[2 * k + 1] * pow(std::max(x[k], 1e-12), c[2 * k + 2]);
         }
         return sum;
       }},
      {"mixture 6",
       "C + A*(p1 + t2*p2 + t3*p3 + t4*p4 + t5*p5)^-alpha",
       v,
       {{"C", 1.6}, {"A", .4}, {"alpha", .5}, {"t2", .2}, {"t3", .9}, {"t4", -.3}, {"t5", .4}},
       run,
       [](const double* c, const double* x) {
         return c[0] +
                c[1] * pow(x[0] + c[3] * x[1] + c[4] * x[2] + c[5] * x[3] + c[6] * x[4], -c[2]);
       }},
      {"mixture 7",
       "a + b*p1 + c*log(max(p1, 1e-12)) + d2*p2 + d3*p3 + d4*p4 + d5*p5 + e*(log(max(p2, 1e-12))"
       " + log(max(p3, 1e-12)) + log(max(p4, 1e-12)) + log(max(p5, 1e-12)))",
       v,
       {{"a", 2.4},
        {"b", -.3},
        {"c", .01},
        {"d2", .3},
        {"d3", -.6},
        {"d4", .8},
        {"d5", .1},
        {"e", -.004}},
       run,
       [](const double* c, const double* x) {
         double out = c[0] + c[1] * x[0] + c[2] * log(x[0]);
         for (int k = 1; k < 5; ++k) {
           out += c[k + 2] * x[k] + c[7] * log(std::max(x[k], 1e-12));
         }
         return out;
       }},
      {"mixture 8",
       "c - a*max(p1, 1e-12)^b",
       "~p1",
       {{"c", 2.9}, {"a", .5}, {"b", .3}},
       {.25},
       [](const double* c, const double* x) { return c[0] - c[1] * pow(x[0], c[2]); }},
      {"mixture 9",
       "a + b*log(max(p1, 1e-12)) + c*log(max(p1, 1e-12))^2",
       "~p1",
       {{"a", 1.9}, {"b", -.1}, {"c", -.003}},
       {.25},
       [](const double* c, const double* x) {
         return c[0] + c[1] * log(x[0]) + c[2] * log(x[0]) * log(x[0]);
       }},
      {"mixture 10",
       "a + b/(p1 + eps)",
       "~p1",
       {{"a", 2.1}, {"b", .03}, {"eps", .05}},
       {0},
       [](const double* c, const double* x) { return c[0] + c[1] / (x[0] + c[2]); }},
      {"mixture, Ye et al. 2024",
       "c + k*exp(t1*p1 + t2*p2 + t3*p3 + t4*p4 + t5*p5)",
       v,
       {{"c", 1.4}, {"k", .9}, {"t1", -1.3}, {"t2", .2}, {"t3", .1}, {"t4", -.2}, {"t5", .3}},
       run,
       [](const double* c, const double* x) {
         return c[0] +
                c[1] * exp(c[2] * x[0] + c[3] * x[1] + c[4] * x[2] + c[5] * x[3] + c[6] * x[4]);
       }},
  };
}

}  // namespace isoflop_test
