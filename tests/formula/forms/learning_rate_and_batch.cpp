// Laws of the loss in learning rate lr, batch size B, tokens D and parameters N: proposals of a
// public collection of forecasts (github.com/PlanarG/active-sl) on the runs of Li et al. 2025,
// arXiv 2503.04715. They have 14 to 31 coefficients.
#include <array>
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {
namespace {

using std::exp, std::log, std::pow, std::sqrt, std::tanh;
using Named = std::vector<std::pair<std::string, double>>;

constexpr std::array<const char*, 4> kLogs{"log(lr)", "log(B)", "log(D)", "log(N)"};

/// The fifteen terms of a quadratic in the logarithms, as text: c0 + c1*log(lr) + ….
std::string quadratic(const std::string& c) {
  std::string out = c + "0";
  int next = 1;
  auto add = [&](const std::string& term) {
    out += " + " + c + std::to_string(next++) + "*" + term;
  };
  for (const char* z : kLogs) add(z);
  for (const char* z : kLogs) add(std::string(z) + "^2");
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = i + 1; j < 4; ++j) add(std::string(kLogs[i]) + "*" + kLogs[j]);
  }
  return out;
}

double quadratic(const double* c, const double* x) {
  const double z[] = {log(x[0]), log(x[1]), log(x[2]), log(x[3])};
  double out = c[0];
  int next = 1;
  for (const double zi : z) out += c[next++] * zi;
  for (const double zi : z) out += c[next++] * zi * zi;
  for (int i = 0; i < 4; ++i) {
    for (int j = i + 1; j < 4; ++j) out += c[next++] * z[i] * z[j];
  }
  return out;
}

Named quadratic_values(const std::string& c, double first) {
  const double values[] = {first, -.1,   .05,   -.14, -.16,  .007,  .006, .002,
                           .003,  -.004, -.003, .005, -.004, -.001, .001};
  Named out;
  for (int i = 0; i < 15; ++i) out.emplace_back(c + std::to_string(i), values[i]);
  return out;
}

Named joined(Named a, const Named& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// ln(1 + exp(x)), as text.
std::string softplus(const std::string& x) { return "log(1 + exp(" + x + "))"; }
double softplus(double x) { return log(1.0 + exp(x)); }

double penalised(const double* c, const double* x) {
  const double u = log(x[0]), v = log(x[1]), s = log(x[2]), p = log(x[3]);
  const double base = c[0] + softplus(c[1]) * exp(-softplus(c[2]) * p) +
                      softplus(c[3]) * exp(-softplus(c[4]) * s) +
                      softplus(c[5]) * exp(-softplus(c[6]) * (s - c[7] * p)) +
                      softplus(c[24]) * exp(-softplus(c[25]) * v);
  const double du = u - (c[8] + c[9] * p + c[10] * s + c[11] * v);
  const double dv = v - (c[12] + c[13] * p + c[14] * s);
  const double l = softplus(c[15] + c[16] * p + c[17] * s + c[22] * v);
  const double b = softplus(c[18] + c[19] * p + c[20] * s + c[23] * v);
  return base + l * du * du + b * dv * dv + 2.0 * tanh(c[21]) * sqrt(l * b) * du * dv;
}

double valleys(const double* c, const double* x) {
  const double u = log(x[0]), v = log(x[1]), s = log(x[2]), p = log(x[3]);
  const double base = c[0] + c[1] * pow(x[3], -c[2]) + c[3] * pow(x[2], -c[4]) +
                      c[5] / (pow(x[3], c[6]) * pow(x[2], c[7]));
  const double du = u - (c[12] + c[13] * p + c[14] * s + c[15] * v + c[16] * p * s);
  const double dv = v - (c[20] + c[21] * p + c[22] * s + c[23] * p * s);
  return base + c[8] * exp(c[9] * p + c[10] * s + c[11] * v) * du * du +
         c[17] * exp(c[18] * p + c[19] * s) * dv * dv;
}

double decays(const double* c, const double* x) {
  const double u = log(x[0]), v = log(x[1]), s = log(x[2]), n = log(x[3]);
  const double du = u - (c[8] + c[9] * v + c[10] * n + c[11] * s);
  return c[0] + c[1] * exp(-c[2] * n) + c[3] * exp(-c[4] * s) + c[5] * exp(-c[6] * v) +
         c[7] * exp(-c[12] * v - c[13] * n - c[14] * s) * du * du +
         c[15] * exp(-c[16] * (s - n) * (s - n)) + c[17] * exp(-c[18] * (s - v));
}

double skewed(const double* c, const double* x) {
  const double u = log(x[0]), v = log(x[1]), s = log(x[2]), p = log(x[3]);
  const double a = u - (c[7] + c[8] * v + c[9] * p + c[10] * s);
  const double b = u - 0.5 * v - (c[13] + c[14] * p + c[15] * s);
  const double r = s - p - c[18];
  return c[0] + softplus(c[1]) * exp(-softplus(c[2]) * p) +
         softplus(c[3]) * exp(-softplus(c[4]) * s) +
         softplus(c[5]) * exp(-softplus(c[6]) * (s - p)) +
         softplus(c[11]) * a * a * (1.0 + tanh(c[12]) * tanh(a)) +
         softplus(c[16]) * b * b * (1.0 + tanh(c[17]) * tanh(b)) + softplus(c[19]) * r * r;
}

}  // namespace

std::vector<PublicForm> forms_of_learning_rate_and_batch() {
  const std::string v = "lr B D N";
  const std::vector<double> run{1e-3, 256, 2e10, 2.7e8};
  const std::string lu = "log(lr)", lv = "log(B)", ls = "log(D)", lp = "log(N)";
  return {
      {"learning rate and batch 1", "exp(" + quadratic("c") + ")", v, quadratic_values("c", 6.4),
       run, [](const double* c, const double* x) { return exp(quadratic(c, x)); }},
      {"learning rate and batch 2",
       "L0 + " + softplus("Cp") + "*exp(-" + softplus("ap") + "*" + lp + ") + " + softplus("Cd") +
           "*exp(-" + softplus("ad") + "*" + ls + ") + " + softplus("Cx") + "*exp(-" +
           softplus("ax") + "*(" + ls + " - k*" + lp + ")) + " + softplus("Cb") + "*exp(-" +
           softplus("ab") + "*" + lv + ") + " + softplus("l0 + lp*log(N) + ls*log(D) + lv*log(B)") +
           "*(log(lr) - u0 - up*log(N) - us*log(D) - uv*log(B))^2 + " +
           softplus("b0 + bp*log(N) + bs*log(D) + bv*log(B)") +
           "*(log(B) - v0 - vp*log(N) - vs*log(D))^2 + 2*tanh(rho)*sqrt(" +
           softplus("l0 + lp*log(N) + ls*log(D) + lv*log(B)") + "*" +
           softplus("b0 + bp*log(N) + bs*log(D) + bv*log(B)") +
           ")*(log(lr) - u0 - up*log(N) - us*log(D) - uv*log(B))"
           "*(log(B) - v0 - vp*log(N) - vs*log(D))",
       v,
       {{"L0", 1},  {"Cp", 5},   {"ap", -1.5}, {"Cd", 6},   {"ad", -1.2}, {"Cx", 2},
        {"ax", -2}, {"k", .5},   {"u0", -8},   {"up", -.2}, {"us", .2},   {"uv", .1},
        {"v0", -4}, {"vp", .05}, {"vs", .4},   {"l0", -3},  {"lp", .02},  {"ls", -.01},
        {"b0", -4}, {"bp", .03}, {"bs", -.02}, {"rho", .3}, {"lv", .01},  {"bv", .02},
        {"Cb", 1},  {"ab", -.5}},
       run,
       penalised},
      {"learning rate and batch 3",
       "E + A*N^-alpha + C*D^-beta + F/(N^wN*D^wD)"
       " + c0*exp(cN*log(N) + cD*log(D) + cB*log(B))"
       "*(log(lr) - m0 - mN*log(N) - mD*log(D) - mB*log(B) - mX*log(N)*log(D))^2"
       " + g0*exp(gN*log(N) + gD*log(D))*(log(B) - n0 - nN*log(N) - nD*log(D) - "
       "nX*log(N)*log(D))^2",
       v,
       {{"E", 1.7},   {"A", 113},   {"alpha", .3}, {"C", 3285},  {"beta", .4},  {"F", 8e6},
        {"wN", .4},   {"wD", .5},   {"c0", .14},   {"cN", -.01}, {"cD", -.02},  {"cB", .01},
        {"m0", -7.4}, {"mN", -.1},  {"mD", .1},    {"mB", .05},  {"mX", -.001}, {"g0", .16},
        {"gN", -.05}, {"gD", -.06}, {"n0", 2},     {"nN", .02},  {"nD", .1},    {"nX", .001}},
       run,
       valleys},
      {"learning rate and batch 4",
       "exp(" + quadratic("c") + " + d0*(log(D) - log(N)) + d1/B + d2/B^2 + d3/D + d4/N)", v,
       joined(quadratic_values("c", 6.4),
              {{"d0", -.09}, {"d1", -.03}, {"d2", 3.1}, {"d3", 1e6}, {"d4", 1e4}}),
       run,
       [](const double* c, const double* x) {
         return exp(quadratic(c, x) + c[15] * (log(x[2]) - log(x[3])) + c[16] / x[1] +
                    c[17] / (x[1] * x[1]) + c[18] / x[2] + c[19] / x[3]);
       }},
      {"learning rate and batch 5",
       "L0 + AN*exp(-aN*log(N)) + AD*exp(-aD*log(D)) + AB*exp(-aB*log(B))"
       " + c0*exp(-wb*log(B) - wn*log(N) - ws*log(D))"
       "*(log(lr) - u0 - kb*log(B) - kn*log(N) - kd*log(D))^2"
       " + AR*exp(-aR*(log(D) - log(N))^2) + AX*exp(-aX*(log(D) - log(B)))",
       v,
       {{"L0", 1.5},
        {"AN", 110},
        {"aN", .26},
        {"AD", 7202},
        {"aD", .52},
        {"AB", 1.03},
        {"aB", .4},
        {"c0", 74},
        {"u0", -2},
        {"kb", .2},
        {"kn", -.4},
        {"kd", .1},
        {"wb", .1},
        {"wn", .2},
        {"ws", .05},
        {"AR", .27},
        {"aR", .11},
        {"AX", 535},
        {"aX", .49}},
       run,
       decays},
      {"learning rate and batch 6",
       "L0 + exp(w0 + wd*log(D) + wp*log(N) + wdp*log(D)*log(N) + wl*log(lr) + wl2*log(lr)^2"
       " + wb*log(B) + wb2*log(B)^2 + wlb*log(lr)*log(B) + wld*log(lr)*log(D)"
       " + wlp*log(lr)*log(N) + wbd*log(B)*log(D) + wbp*log(B)*log(N))",
       v,
       {{"L0", 1.82},
        {"w0", -.74},
        {"wd", .15},
        {"wp", .31},
        {"wdp", -.011},
        {"wl", .47},
        {"wl2", .052},
        {"wb", .36},
        {"wb2", .034},
        {"wlb", -.029},
        {"wld", -.007},
        {"wlp", .027},
        {"wbd", -.033},
        {"wbp", -.007}},
       run,
       [](const double* c, const double* x) {
         const double l = log(x[0]), b = log(x[1]), d = log(x[2]), p = log(x[3]);
         return c[0] + exp(c[1] + c[2] * d + c[3] * p + c[4] * d * p + c[5] * l + c[6] * l * l +
                           c[7] * b + c[8] * b * b + c[9] * l * b + c[10] * l * d + c[11] * l * p +
                           c[12] * b * d + c[13] * b * p);
       }},
      {"learning rate and batch 7", "E + exp(" + quadratic("c") + ") + exp(" + quadratic("d") + ")",
       v, joined({{"E", 1.75}}, joined(quadratic_values("c", 4.3), quadratic_values("d", 3.2))),
       run,
       [](const double* c, const double* x) {
         return c[0] + exp(quadratic(c + 1, x)) + exp(quadratic(c + 16, x));
       }},
      {"learning rate and batch 8",
       "L0 + " + softplus("cP") + "*exp(-" + softplus("aP") + "*log(N)) + " + softplus("cD") +
           "*exp(-" + softplus("aD") + "*log(D)) + " + softplus("cR") + "*exp(-" + softplus("aR") +
           "*(log(D) - log(N))) + " + softplus("kl") +
           "*(log(lr) - f0 - fb*log(B) - fp*log(N) - fd*log(D))^2"
           "*(1 + tanh(al)*tanh(log(lr) - f0 - fb*log(B) - fp*log(N) - fd*log(D))) + " +
           softplus("kn") +
           "*(log(lr) - 0.5*log(B) - s0 - sp*log(N) - sd*log(D))^2"
           "*(1 + tanh(an)*tanh(log(lr) - 0.5*log(B) - s0 - sp*log(N) - sd*log(D))) + " +
           softplus("kd") + "*(log(D) - log(N) - r0)^2",
       v,
       {{"L0", 1},   {"cP", 5},  {"aP", -1.5}, {"cD", 6},   {"aD", -1.2}, {"cR", 1},  {"aR", -2},
        {"f0", -8},  {"fb", .1}, {"fp", -.2},  {"fd", .2},  {"kl", -4},   {"al", .5}, {"s0", -9},
        {"sp", -.1}, {"sd", .1}, {"kn", -5},   {"an", -.4}, {"r0", 4},    {"kd", -5}},
       run,
       skewed},
      {"learning rate and batch 9",
       "c0 + c1*log10(lr) + c2*log10(B) + c3*log10(D) + c4*log10(N) + c5*log10(lr)^2"
       " + c6*log10(B)^2 + c7*log10(D)^2 + c8*log10(N)^2 + c9*log10(lr)*log10(B)"
       " + c10*log10(lr)*log10(D) + c11*log10(lr)*log10(N) + c12*log10(B)*log10(D)"
       " + c13*log10(B)*log10(N) + c14*log10(D)*log10(N)",
       v, quadratic_values("c", 6), run,
       [](const double* c, const double* x) {
         const double e = exp(1.0);
         const double y[] = {pow(e, std::log10(x[0])), pow(e, std::log10(x[1])),
                             pow(e, std::log10(x[2])), pow(e, std::log10(x[3]))};
         return quadratic(c, y);
       }},
      {"learning rate and batch 10", quadratic("c") + " + wD*D^-0.5 + wN*N^-0.5 + wB/B", v,
       joined(quadratic_values("c", 16), {{"wD", 1.7e4}, {"wN", -3500}, {"wB", 1}}), run,
       [](const double* c, const double* x) {
         return quadratic(c, x) + c[15] / sqrt(x[2]) + c[16] / sqrt(x[3]) + c[17] / x[1];
       }},
  };
}

}  // namespace isoflop_test
