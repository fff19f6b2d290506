// Laws of a score that falls and rises with compute, in the logarithm x of FLOPs, which may be
// negative as the (negative) score is: proposals of a public collection of forecasts
// (github.com/PlanarG/active-sl) on the runs of Wu and Lo 2024, arXiv 2410.01692.
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {
namespace {

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace

std::vector<PublicForm> forms_of_u_shapes() {
  const std::string v = "~x";
  const std::vector<double> run{-0.6};
  using std::exp, std::pow;
  return {
      {"U shape 1",
       "y0 + k*(x - m)^2",
       v,
       {{"y0", -.6}, {"k", .07}, {"m", 1.2}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * pow(x[0] - c[2], 2); }},
      {"U shape 2",
       "d + a*(x - c)^2/(1 + b*(x - c)^2)",
       v,
       {{"a", .4}, {"b", 2}, {"c", 1}, {"d", -.7}},
       run,
       [](const double* c, const double* x) {
         const double square = pow(x[0] - c[2], 2);
         return c[3] + c[0] * square / (1.0 + c[1] * square);
       }},
      {"U shape 3",
       "A + C1/(1 + exp(-(x - (c - d))/s)) + C2/(1 + exp(-((c + d) - x)/s))",
       v,
       {{"A", -.9}, {"C1", .4}, {"C2", .3}, {"c", 1}, {"d", .8}, {"s", .5}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * sigmoid((x[0] - (c[3] - c[4])) / c[5]) +
                c[2] * sigmoid((c[3] + c[4] - x[0]) / c[5]);
       }},
      {"U shape 4",
       "f + e*(x - c) + b*(x - c)^2 + d*(x - c)^4",
       v,
       {{"f", -.5}, {"e", .1}, {"b", .05}, {"d", .004}, {"c", .7}},
       run,
       [](const double* c, const double* x) {
         const double z = x[0] - c[4];
         return c[0] + c[1] * z + c[2] * z * z + c[3] * pow(z, 4);
       }},
      {"U shape 5",
       "p1*x + p2 + p3*exp(-(x - p4)^2/(2*p5^2))",
       v,
       {{"p1", .1}, {"p2", -.4}, {"p3", -.3}, {"p4", .9}, {"p5", .6}},
       run,
       [](const double* c, const double* x) {
         return c[0] * x[0] + c[1] + c[2] * exp(-pow(x[0] - c[3], 2) / (2.0 * c[4] * c[4]));
       }},
      {"U shape 6",
       "y0 + a/(1 + exp(-k*(x - t1))) - b/(1 + exp(-k*(x - t2)))",
       v,
       {{"y0", -.3}, {"a", .4}, {"b", .6}, {"k", 2}, {"t1", .2}, {"t2", 1.5}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * sigmoid(c[3] * (x[0] - c[4])) - c[2] * sigmoid(c[3] * (x[0] - c[5]));
       }},
      {"U shape 7",
       "b0 + s*exp(-alpha*x) + a*exp(-0.5*((x - mu)/sigma)^2)",
       v,
       {{"b0", -.2}, {"s", -.1}, {"alpha", .7}, {"a", -.3}, {"mu", 1}, {"sigma", .8}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * exp(-c[2] * x[0]) + c[3] * exp(-0.5 * pow((x[0] - c[4]) / c[5], 2));
       }},
      {"U shape 8",
       "c0 + c1*exp(alpha*x) + c2*exp(gamma*x)",
       v,
       {{"c0", -.5}, {"c1", .3}, {"alpha", -1}, {"c2", .05}, {"gamma", .6}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] * exp(c[2] * x[0]) + c[3] * exp(c[4] * x[0]);
       }},
      {"U shape 9",
       "(a*x^2 + b*x + c)/(d*x^2 + e*x + 1)",
       v,
       {{"a", .2}, {"b", -.3}, {"c", -.4}, {"d", .5}, {"e", .3}},
       run,
       [](const double* c, const double* x) {
         return (c[0] * x[0] * x[0] + c[1] * x[0] + c[2]) /
                (c[3] * x[0] * x[0] + c[4] * x[0] + 1.0);
       }},
      {"U shape 10",
       "a*x + b*exp(-x) + c",
       v,
       {{"a", .1}, {"b", .2}, {"c", -.6}},
       run,
       [](const double* c, const double* x) { return c[0] * x[0] + c[1] * exp(-x[0]) + c[2]; }},
  };
}

}  // namespace isoflop_test
