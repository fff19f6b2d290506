// The fields of a request to plan that the page asks for, by group. A hint is what `isoflop plan
// --help` says of the field; its flag is the name with dashes. `in` names the kinds of budget that
// a field belongs to.
const FIELDS = [
  {group: 'budget', name: 'flops', label: 'Training FLOPs', in: ['flops'], sample: '1e21', hint: 'training FLOPs'},
  {group: 'budget', name: 'gpu_hours', label: 'GPU-hours', in: ['hours'], sample: '10K', hint: 'hours of one GPU'},
  {group: 'budget', name: 'gpus', label: 'GPUs', in: ['days'], sample: '64', hint: 'GPUs, with --days'},
  {group: 'budget', name: 'days', label: 'Days', in: ['days'], sample: '7', hint: 'days on --gpus'},
  {group: 'budget', name: 'target_loss', label: 'Loss to reach', in: ['loss'], sample: '2.2', hint: 'losses in the unit of the law: the cheapest training to reach them'},

  {group: 'gpu', name: 'gpu', label: 'GPU', list: 'gpus', sample: 'h100-sxm', hint: 'GPU whose datasheet\'s peak --mfu is a share of'},
  {group: 'gpu', name: 'mfu', label: 'Share of the peak', sample: '0.4', hint: 'share of the peak that training reaches (default 0.4)'},
  {group: 'gpu', name: 'peak_flops', label: 'Peak of another GPU', sample: '989T', hint: 'the same for a GPU without a datasheet here: its dense FLOPs per second, such as 989T'},
  {group: 'gpu', name: 'price_per_gpu_hour', label: 'Price of a GPU-hour', sample: '2', hint: 'what an hour of one GPU costs'},

  {group: 'experts', name: 'granularity', label: 'Granularity G', list: 'granularities', sample: 'pow2', hint: 'G over powers of two (default), continuous, or fixed'},
  {group: 'experts', name: 'expansion', label: 'Expansion rate E', sample: '64', hint: 'expansion rate E, where the law\'s file does not say it; 1 is dense. plan: free, the best of powers of two, where E is a variable of the law'},

  {group: 'law', name: 'n_means', label: 'What N counts', choices: ['total_non_embedding', 'active_non_embedding', 'total'], hint: 'what the law\'s N counts, where its file does not say'},
  {group: 'law', name: 'cost', label: 'FLOPs', choices: ['6nd', 'paper'], hint: 'how FLOPs are counted: 6nd = 6 N_active D, or paper = (12 d^2 c_f + d E G c_r) D n_blocks; default paper where the law has a granularity'},
  {group: 'law', name: 'router_cost', label: 'Router cost c_r', sample: '14', hint: 'c_r, FLOPs of routing (default 14; the paper gives 6 to 20)'},
  {group: 'law', name: 'max_granularity', label: 'Largest G', sample: '1024', hint: 'largest G that is searched (default 1024)'},
  {group: 'law', name: 'u', label: 'Unique tokens U', sample: '100B', hint: 'U, unique training tokens, for laws that have it'},
  {group: 'law', name: 's', label: 'Sparsity S', sample: '0.9', hint: 'S, sparsity, share of the experts that a token does not use, for laws that have it'},
  {group: 'law', name: 'set', label: 'Variables of its own', sample: 'lr=3e-4', words: true, hint: 'values of the variables that a formula of one\'s own declares'},
  {group: 'law', name: 'vocab', label: 'Vocabulary', sample: '50257', hint: 'vocabulary of the models, where an N with embeddings meets one without'},
  {group: 'law', name: 'tied', label: 'Tied head', flag: true, hint: 'embedding and head of --vocab are one'},
  {group: 'law', name: 'accept_unconverged', label: 'Take an unconverged fit', flag: true, hint: 'use a fit that did not converge'},
  {group: 'law', name: 'accept_undetermined', label: 'Take an undetermined plan', flag: true, hint: 'take such a plan all the same'},

  {group: 'time', name: 'cost_table', label: 'Cost table', choices: 'costs', hint: 'times of MoE layers on your GPU (\'isoflop-bench\' writes them): budgets are time'},
  {group: 'time', name: 'backend', label: 'Backend', sample: 'best', hint: 'rows of the table to use; best: the fastest that drops no token'},
  {group: 'time', name: 'regime', label: 'Regime', choices: ['sustained', 'burst'], hint: 'rows of the table to use'},
  {group: 'time', name: 'micro_batch', label: 'Micro-batch', sample: '16384', hint: 'tokens that pass a layer of one GPU at once, where the table has several'},
  {group: 'time', name: 'activation', label: 'Activation', choices: ['swiglu', 'gelu', 'relu'], hint: 'of the experts, where the table has several'},
  {group: 'time', name: 'gpus_per_layer', label: 'GPUs per layer', sample: '1', hint: 'GPUs that share the experts of a layer (default 1)'},
  {group: 'time', name: 'all_to_all_latency_us', label: 'All-to-all latency', sample: '0', hint: 'microseconds per exchange between them (default 0)'},
  {group: 'time', name: 'all_to_all_bandwidth', label: 'All-to-all bandwidth', sample: '50e9', hint: 'bytes per second and GPU of these exchanges, such as 50e9 (default: free)'},

  {group: 'limits', name: 'max_memory_gb', label: 'Memory of one GPU, GB', sample: '80', hint: 'memory of one GPU in GB (1e9 bytes); --memory says for what'},
  {group: 'limits', name: 'memory', label: 'Memory for', choices: ['training', 'inference'], hint: 'training: weights, gradients and optimizer state (16 bytes per parameter); inference: weights and KV cache (2 bytes a number) at --batch and --context'},
  {group: 'limits', name: 'shard_over', label: 'Shard over GPUs', sample: '64', hint: 'GPUs that these bytes are spread over (default 1)'},
  {group: 'limits', name: 'batch', label: 'Serving batch', sample: '1', hint: 'sequences served at once, for --memory inference (default 1)'},
  {group: 'limits', name: 'context', label: 'Serving context', sample: '4096', hint: 'tokens cached per sequence, for --memory inference (default 4096)'},
  {group: 'limits', name: 'embedding_rows', label: 'Embedding rows', sample: '100608', hint: 'rows of d_model weights beside N that take memory: the vocabulary, twice if head and embedding are untied'},
  {group: 'limits', name: 'unique_tokens', label: 'Unique tokens', sample: '100B', hint: 'tokens that are there; beyond them they repeat and are worth less (Muennighoff et al. 2023)'},
  {group: 'limits', name: 'inference_tokens', label: 'Tokens to serve', sample: '1T', hint: 'tokens to serve with the model: the budget pays for training and serving'},
  {group: 'limits', name: 'max_n_active', label: 'Most active parameters', sample: '1B', hint: 'most active parameters'},
  {group: 'limits', name: 'min_d', label: 'Fewest tokens', sample: '100B', hint: 'fewest training tokens'},
  {group: 'limits', name: 'tokens_per_parameter', label: 'Tokens per parameter', sample: '20', hint: 'training tokens per active parameter, held exactly'},
  {group: 'limits', name: 'max_ms_per_token', label: 'Milliseconds per token', sample: '10', hint: 'longest time to decode one token of one sequence: its active weights (2 bytes each) are read once at --memory-bandwidth'},
  {group: 'limits', name: 'memory_bandwidth', label: 'Memory bandwidth', sample: '3.35T', hint: 'bytes per second, such as 3.35T'},

  {group: 'shapes', name: 'gated', label: 'Gated layers', flag: true, hint: 'feed-forward layers of three matrices (SwiGLU), as wide as keeps N'},
  {group: 'shapes', name: 'multiple_of', label: 'Multiples of', sample: '128', hint: 'd_model and expert widths are multiples (default 128)'},
  {group: 'shapes', name: 'head_dim', label: 'Width of a head', sample: '128', hint: 'width of a head (default 128)'},
  {group: 'shapes', name: 'expert_parallel', label: 'Expert-parallel GPUs', sample: '1', hint: 'GPUs that share the experts evenly (default 1)'},
  {group: 'shapes', name: 'vocab_size', label: 'Vocabulary', sample: '50304', hint: 'vocabulary of the shapes (default that of --vocab, or 50304)'},
  {group: 'shapes', name: 'tied_head', label: 'Tied head', flag: true, hint: 'embedding and head of the shapes are one'},
  {group: 'shapes', name: 'seq_length', label: 'Sequence length', sample: '2048', hint: 'tokens of a training sequence (default 2048)'},
  {group: 'shapes', name: 'batch_tokens', label: 'Global batch', sample: '4M', hint: 'global batch (default: power of two up to 2^22 that leaves 10,000 steps)'},
  {group: 'shapes', name: 'hyperparameters', label: 'Learning rate and batch', choices: 'hyperparameters', hint: 'law of learning rate and batch that runs follow'},
];

// How the answer is asked for a budget, and the fields of that kind.
const BUDGETS = [
  {kind: 'flops', label: 'FLOPs'},
  {kind: 'hours', label: 'GPU-hours'},
  {kind: 'days', label: 'GPUs and days'},
  {kind: 'loss', label: 'A loss'},
];

// Files that --emit writes, under the names that their trainers expect.
const LAUNCHES = {megatron: 'run.args', hf: 'config.json', torchtitan: 'isoflop_run.py'};

const flagOf = (name) => '--' + name.replaceAll('_', '-');
