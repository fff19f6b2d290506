// The config.json of a model in the package transformers, which keeps keys that it does not know:
// what belongs to the training and not to the model stands under a key of our own.
#include <nlohmann/json.hpp>

#include "formats.hpp"
#include "io/json_file.hpp"
#include "io/model/config_fields.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::detail {
namespace {

constexpr const char* kTrainingKey = "isoflop_training";

}  // namespace

std::string write_hugging_face(const LaunchConfig& config) {
  nlohmann::ordered_json out = shape_to_config(config.shape);
  // The type that says everything is ours, and nothing that transformers reads.
  if (out["model_type"] == model_types().back()) return "{}";
  out[kTrainingKey] = {{"tokens", config.tokens()},
                       {"seq_length", config.shape.seq_len},
                       {"micro_batch_size", config.micro_batch_size},
                       {"global_batch_size", config.global_batch_size},
                       {"steps", config.num_steps},
                       {"expert_parallel", config.expert_parallel}};
  // As TrainingArguments of transformers call it; no configuration of a model holds one.
  if (config.lr) out[kTrainingKey]["learning_rate"] = *config.lr;
  return out.dump(2) + "\n";
}

LaunchConfig read_hugging_face(std::string_view text, const std::string& origin) {
  const nlohmann::ordered_json config = parse_json(text, origin);
  LaunchConfig out;
  out.shape = shape_from_config(config, origin);
  const ConfigFields fields(config, origin);
  const nlohmann::ordered_json* training = fields.member(kTrainingKey);
  if (training == nullptr || !training->is_object()) {
    fields.fail(std::string("lacks \"") + kTrainingKey + "\"");
  }
  const ConfigFields run(*training, origin);
  out.micro_batch_size = run.count("micro_batch_size");
  out.global_batch_size = run.count("global_batch_size");
  out.num_steps = run.count("steps");
  out.expert_parallel = run.count("expert_parallel");
  if (const nlohmann::ordered_json* lr = run.member("learning_rate")) {
    if (!lr->is_number() || !(lr->get<double>() > 0.0)) {
      run.fail("\"learning_rate\" must be a positive number");
    }
    out.lr = lr->get<double>();
  }
  if (run.count("seq_length") != out.shape.seq_len || run.count("tokens") != out.tokens()) {
    run.fail("\"tokens\" are not \"steps\" x \"global_batch_size\" x \"seq_length\"");
  }
  return out;
}

}  // namespace isoflop::detail
