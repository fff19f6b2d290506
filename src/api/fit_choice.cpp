#include "api/fit_choice.hpp"

#include "isoflop/error.hpp"
#include "isoflop/fit/bootstrap.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, FitChoice& choice) {
  f.number("huber_delta", choice.huber_delta, Numbers::kPositiveOrInfinite);
  f.choice("residual", choice.residual, {"log", "raw"});
  f.named_numbers("fix", choice.fix);
  f.pairs("tie", choice.tie);
  f.count("seed", choice.seed, 0);
  f.count("threads", choice.threads, 0);
  f.count("starts", choice.starts, 1);
  f.flag("all_starts", choice.all_starts);
}

FitOptions fit_options(const FitChoice& choice, const Context& context) {
  constexpr std::uint64_t kMostThreads = 4096, kMostStarts = 10'000'000;
  if (choice.threads > kMostThreads) {
    throw InvalidArgument("threads", field("threads") + ": at most 4096");
  }
  if (choice.starts && *choice.starts > kMostStarts) {
    throw InvalidArgument("starts", field("starts") + ": at most 10M");
  }
  FitOptions out;
  out.huber_delta = choice.huber_delta;
  out.residual = choice.residual == "raw" ? Residual::kRaw : Residual::kLog;
  for (const auto& [name, value] : choice.fix) out.fixed[name] = value;
  out.tied = choice.tie;
  out.num_starts = choice.starts;
  out.finish_all_starts = choice.all_starts;
  out.seed = choice.seed;
  out.cancelled = context.cancelled;
  out.num_threads =
      choice.threads == 0 ? context.num_threads : static_cast<unsigned>(choice.threads);
  return out;
}

DrawCoefficients draws_by_bootstrap(std::size_t resamples, bool quiet) {
  return [resamples, quiet](const AnyLaw& law, const RunTable& left, const FitOptions& how,
                            const FitReport& refit) {
    FitOptions options = how;
    if (quiet) options.progress = nullptr;
    return bootstrap(law, left, options, refit,
                     {.resamples = resamples, .seed = options.seed, .jackknife = false})
        .draws;
  };
}

}  // namespace isoflop::api
