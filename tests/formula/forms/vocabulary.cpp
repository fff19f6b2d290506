// Laws of the vocabulary, in parameters without it P, its size V and characters D; the loss is
// normalised by that of unigrams, and negative. Proposals of a public collection of forecasts
// (github.com/PlanarG/active-sl) on the runs of Tao et al. 2024, arXiv 2407.13623, whose own law,
// in parameters of the vocabulary, is the last one.
#include <algorithm>
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {

std::vector<PublicForm> forms_of_vocabulary() {
  const std::string v = "P V D";
  const std::vector<double> run{3.3e7, 16384, 2e9};
  using std::exp, std::log, std::max, std::pow;
  return {
      {"vocabulary 1",
       "c0 + A*V^b*P^e*D^g",
       v,
       {{"c0", -6}, {"A", 60}, {"b", .03}, {"e", -.06}, {"g", -.05}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[1], c[2]) * pow(x[0], c[3]) * pow(x[2], c[4]);
       }},
      {"vocabulary 2",
       "L + A*((P^(-alpha*r) + D^(-beta*r))/2)^(1/r)*(1 + C*(log(V) - v0)^2)",
       v,
       {{"L", -5}, {"A", 40}, {"alpha", .2}, {"beta", .18}, {"C", .02}, {"v0", 9}, {"r", 1.5}},
       run,
       [](const double* c, const double* x) {
         const double p = pow(pow(x[0], -c[2]), c[6]), d = pow(pow(x[2], -c[3]), c[6]);
         return c[0] + c[1] * pow((p + d) / 2.0, 1.0 / c[6]) *
                           (1.0 + c[4] * (log(x[1]) - c[5]) * (log(x[1]) - c[5]));
       }},
      {"vocabulary 3",
       "L0 + ((a*P^-alpha)^q + (b*(D*V^phi)^-beta)^q)^(1/q)",
       v,
       {{"L0", -5}, {"a", 40}, {"alpha", .2}, {"b", 300}, {"beta", .25}, {"phi", .1}, {"q", 2}},
       run,
       [](const double* c, const double* x) {
         const double p = pow(c[1] * pow(x[0], -c[2]), c[6]);
         const double d = pow(c[3] * pow(x[2] * pow(x[1], c[5]), -c[4]), c[6]);
         return c[0] + pow(p + d, 1.0 / c[6]);
       }},
      {"vocabulary 4",
       "L0 + A*max(P^a, lam*D^b)^-d*V^-g",
       v,
       {{"L0", -5}, {"A", 30}, {"a", .5}, {"lam", .8}, {"b", .4}, {"d", .4}, {"g", .02}},
       run,
       [](const double* c, const double* x) {
         return c[0] +
                c[1] * pow(max(pow(x[0], c[2]), c[3] * pow(x[2], c[4])), -c[5]) * pow(x[1], -c[6]);
       }},
      {"vocabulary 5",
       "p0*P^p1*V^p2*D^p3 + p4*P^p5 + p6",
       v,
       {{"p0", 90}, {"p1", -.05}, {"p2", .02}, {"p3", -.08}, {"p4", 20}, {"p5", -.2}, {"p6", -6}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], c[1]) * pow(x[1], c[2]) * pow(x[2], c[3]) +
                c[4] * pow(x[0], c[5]) + c[6];
       }},
      {"vocabulary 6",
       "A*(P*V^k1)^-alpha + B*(D*V^k2)^-beta + c0",
       v,
       {{"A", 30}, {"alpha", .18}, {"k1", .3}, {"B", 90}, {"beta", .2}, {"k2", -.2}, {"c0", -6}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0] * pow(x[1], c[2]), -c[1]) +
                c[3] * pow(x[2] * pow(x[1], c[5]), -c[4]) + c[6];
       }},
      {"vocabulary 7",
       "A*P^-alpha*D^-beta + B*V^gamma*D^-delta + c0",
       v,
       {{"A", 60},
        {"alpha", .07},
        {"beta", .05},
        {"B", 3},
        {"gamma", .1},
        {"delta", .1},
        {"c0", -6}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], -c[1]) * pow(x[2], -c[2]) +
                c[3] * pow(x[1], c[4]) * pow(x[2], -c[5]) + c[6];
       }},
      {"vocabulary 8",
       "c0 + c1*log(V) + V^beta*(c2*P^-alpha + c3*D^-gamma)",
       v,
       {{"c0", -4},
        {"c1", -.2},
        {"beta", .05},
        {"c2", 20},
        {"alpha", .2},
        {"c3", 60},
        {"gamma", .2}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * log(x[1]) +
                pow(x[1], c[2]) * (c[3] * pow(x[0], -c[4]) + c[5] * pow(x[2], -c[6]));
       }},
      {"vocabulary 9",
       "A*P^-alpha*D^-beta*(1 + gamma*log(V)) + delta*V^epsilon + L0",
       v,
       {{"A", 40},
        {"alpha", .07},
        {"beta", .05},
        {"gamma", .05},
        {"delta", 2},
        {"epsilon", -.3},
        {"L0", -6}},
       run,
       [](const double* c, const double* x) {
         return c[0] * pow(x[0], -c[1]) * pow(x[2], -c[2]) * (1.0 + c[3] * log(x[1])) +
                c[4] * pow(x[1], c[5]) + c[6];
       }},
      {"vocabulary 10",
       "L0 + exp(a + bP*log(P) + b1*log(V) + b2*log(V)^2 + bD*log(D) + bVD*log(V)*log(D))",
       v,
       {{"L0", -6}, {"a", 4}, {"bP", -.1}, {"b1", .1}, {"b2", .01}, {"bD", -.08}, {"bVD", -.005}},
       run,
       [](const double* c, const double* x) {
         const double p = log(x[0]), w = log(x[1]), d = log(x[2]);
         return c[0] + exp(c[1] + c[2] * p + c[3] * w + c[4] * w * w + c[5] * d + c[6] * w * d);
       }},
      {"vocabulary, Tao et al. 2024",
       "-E + A1/Nnv^a1 + A2/Nv^a2 + B/D^beta",
       "Nnv Nv D",
       {{"E", 5.5}, {"A1", 1.8}, {"a1", .44}, {"A2", .24}, {"a2", .67}, {"B", 1.6}, {"beta", .4}},
       {3.3e7, 8.4e6, 2e9},
       [](const double* c, const double* x) {
         return -c[0] + c[1] / pow(x[0], c[2]) + c[3] / pow(x[1], c[4]) + c[5] / pow(x[2], c[6]);
       }},
  };
}

}  // namespace isoflop_test
