#!/usr/bin/env python3
"""A peer of isoflop-bench: one MoE layer in PyTorch, with its grouped matrix product.

Router, softmax over all experts, top-k, sort by expert, up (and gate) projection, activation, down
projection, weighted sum; bf16; backward by autograd down to the input and all weights. Prints one
line of JSON per shape. Times are medians over CUDA events of back-to-back repetitions on a warm
card, with rotated inputs; FLOPs are those of the experts only, 2 (u + 1) T K d n forward (6 T K d n
for SwiGLU) and twice as many backward, over the time of the whole layer with its router.

Python and PyTorch are needed for this comparison and for nothing else in isoflop:
  python3 apps/benchmarks/torch_layer.py --tokens 32768 --d-model 2048 --num-experts 128 --expert-width 768 \\
      --top-k 8
  python3 apps/benchmarks/torch_layer.py --check        # against a dense layer, on any device
"""
import argparse
import json
import statistics

import torch
import torch.nn.functional as F


def grouped_mm(rows, weights, ends):
    """[R, a] x [E', a, b] -> [R, b]; expert e owns rows ends[e - 1] .. ends[e] - 1."""
    product = getattr(F, "grouped_mm", None) or torch._grouped_mm
    return product(rows, weights, offs=ends)


def activated(hidden, shape):
    if shape.activation == "swiglu":
        gate, value = hidden.chunk(2, dim=-1)
        return F.silu(gate) * value
    return {"gelu": F.gelu, "relu": F.relu}[shape.activation](hidden)


class Layer(torch.nn.Module):
    def __init__(self, shape, device):
        super().__init__()
        self.shape = shape
        up = shape.expert_width * (2 if shape.activation == "swiglu" else 1)

        def weight(*size):
            values = torch.randn(*size, device=device) * 0.02
            return torch.nn.Parameter(values.to(torch.bfloat16))

        self.router = weight(shape.num_experts, shape.d_model)
        self.up = weight(shape.num_experts, up, shape.d_model)
        self.down = weight(shape.num_experts, shape.d_model, shape.expert_width)

    def forward(self, x, forced_ids=None):
        shape = self.shape
        probabilities = F.softmax(F.linear(x, self.router).float(), dim=-1)
        weights, ids = probabilities.topk(shape.top_k, dim=-1)
        if forced_ids is not None:  # the router has run all the same
            ids = forced_ids
            weights = probabilities.gather(1, ids)
        if shape.renormalize:
            weights = weights / weights.sum(-1, keepdim=True)
        experts, slots = ids.flatten().sort(stable=True)
        each = torch.arange(shape.num_experts, device=x.device)
        ends = torch.searchsorted(experts, each, right=True).to(torch.int32)
        tokens = slots // shape.top_k
        hidden = grouped_mm(x[tokens], self.up.transpose(1, 2), ends)
        rows = grouped_mm(activated(hidden, shape), self.down.transpose(1, 2), ends)
        rows = rows * weights.flatten()[slots].to(rows.dtype).unsqueeze(-1)
        return torch.zeros_like(x).index_add_(0, tokens, rows)


def multinomial_ids(shape, device):
    """K distinct experts per token, all alike."""
    scores = torch.rand(shape.tokens, shape.num_experts, device=device)
    return scores.topk(shape.top_k, dim=-1).indices


def median_s(work, min_samples=30, soak_s=0.5, sample_s=5e-3):
    """Median seconds of work(i), i counting up, on a card kept busy."""
    def sample(batch, first):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        for i in range(batch):
            work(first + i)
        end.record()
        return start, end

    for i in range(3):
        work(i)
    start, end = sample(3, 3)
    end.synchronize()
    once_s = start.elapsed_time(end) * 1e-3 / 3
    batch = max(1, round(sample_s / once_s))
    for i in range(max(1, round(soak_s / once_s))):
        work(i)
    events = [sample(batch, i * batch) for i in range(min_samples)]
    torch.cuda.synchronize()
    return statistics.median(a.elapsed_time(b) * 1e-3 / batch for a, b in events)


def captured(work, pool):
    """A CUDA graph of work(), after it has run on a stream of its own. Graphs that never run at the
    same time share the memory of `pool`."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        work()
    return graph


def measure(shape, num_sets):
    torch.manual_seed(shape.seed)
    layer = Layer(shape, "cuda")
    ids = None if shape.routing == "router" else multinomial_ids(shape, "cuda")
    inputs = [torch.randn(shape.tokens, shape.d_model, device="cuda", dtype=torch.bfloat16,
                          requires_grad=True) for _ in range(num_sets)]
    gradient = torch.randn(shape.tokens, shape.d_model, device="cuda", dtype=torch.bfloat16)

    def forward(x):
        with torch.no_grad():
            return layer(x, ids)

    def both(x):
        torch.autograd.grad(layer(x, ids), [x, *layer.parameters()], gradient)

    matrices = 3 if shape.activation == "swiglu" else 2
    flops = 2 * matrices * shape.tokens * shape.top_k * shape.d_model * shape.expert_width
    result = {"peer": "torch.grouped_mm", "torch": torch.__version__,
              "gpu": torch.cuda.get_device_name(), **vars(shape)}
    for name, work, factor in (("forward", forward, 1), ("both", both, 3)):
        try:
            pool = torch.cuda.graph_pool_handle()
            graphs = [captured(lambda x=x: work(x), pool) for x in inputs]
            seconds = median_s(lambda i: graphs[i % num_sets].replay())
            result[f"{name}_mode"] = "graph"
        except RuntimeError:  # a step that cannot be captured: launched one by one
            torch.cuda.synchronize()
            seconds = median_s(lambda i: work(inputs[i % num_sets]))
            result[f"{name}_mode"] = "eager"
        result[f"{name}_s"] = seconds
        result[f"{name}_tflops"] = factor * flops / seconds / 1e12
    return result


def dense_layer(layer, x, ids):
    """The same layer in float32, every token through every expert: what the check compares with."""
    shape, x = layer.shape, x.float()
    probabilities = F.softmax(x @ layer.router.float().T, dim=-1)
    weights = probabilities.gather(1, ids)
    if shape.renormalize:
        weights = weights / weights.sum(-1, keepdim=True)
    gates = torch.zeros_like(probabilities).scatter(1, ids, weights)
    rows = (activated(x @ up.float().T, shape) @ down.float().T
            for up, down in zip(layer.up, layer.down))
    return sum(gates[:, e:e + 1] * row for e, row in enumerate(rows))


def check():
    """Output and all gradients against the dense layer."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for activation in ("swiglu", "gelu", "relu"):
        shape = argparse.Namespace(tokens=64, d_model=32, num_experts=8, expert_width=16, top_k=2,
                                   activation=activation, renormalize=activation == "gelu")
        torch.manual_seed(1)
        layer = Layer(shape, device)
        x = torch.randn(64, 32, device=device, dtype=torch.bfloat16, requires_grad=True)
        gradient = torch.randn(64, 32, device=device, dtype=torch.bfloat16)
        ids = multinomial_ids(shape, device)
        given = [x, *layer.parameters()]
        results = [[out, *torch.autograd.grad(out, given, gradient.to(out.dtype))]
                   for out in (layer(x, ids), dense_layer(layer, x, ids))]
        for ours, reference in zip(*results):
            error = (ours.float() - reference.float()).norm() / reference.float().norm()
            assert error < 2e-2, f"{activation}: relative error {error:.2e}"
    print(f"the grouped layer agrees with a dense one on {device}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true",
                        help="compare with a dense layer, then stop")
    parser.add_argument("--tokens", type=int, default=32768)
    parser.add_argument("--d-model", type=int, default=2048)
    parser.add_argument("--num-experts", type=int, default=128)
    parser.add_argument("--expert-width", type=int, nargs="+", default=[768],
                        help="several widths: several shapes, at equal experts and top-k")
    parser.add_argument("--top-k", type=int, default=8)
    parser.add_argument("--activation", choices=("swiglu", "gelu", "relu"), default="swiglu")
    parser.add_argument("--routing", choices=("multinomial", "router"), default="multinomial")
    parser.add_argument("--renormalize", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sets", type=int, default=4, help="inputs that are taken in turn")
    arguments = vars(parser.parse_args())
    if arguments.pop("check"):
        check()
        return
    num_sets, widths = arguments.pop("sets"), arguments.pop("expert_width")
    for width in widths:
        shape = argparse.Namespace(**arguments, expert_width=width)
        print(json.dumps(measure(shape, num_sets)), flush=True)


if __name__ == "__main__":
    main()
