"""Trains the model of model/transformer.c in PyTorch, from the same weights on the same batches, and times the steps.

The other side of tests/bench-train.js, which gives it its settings as one JSON argument and reads one line of JSON.
Must not be tuned less than ours: merged projections, fused cross entropy, every core.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import torch
from torch import nn
from torch.nn import functional as F

NORM_EPSILON, ROPE_BASE = 1e-5, 10000.0  # model/shape.h


def rms_norm(x, weight):
    """RMSNorm over the last axis."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + NORM_EPSILON) * weight


def rotate(x, angles):
    """Turns the pairs (2i, 2i + 1) of x (batch, context, heads, head_dim) by their angles."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * angles).flatten(-2)


def attend(q, k, v, future):
    """Causal attention over (batch, heads, context, head_dim), by PyTorch's own function where it has one."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    return scores.add_(future).softmax(-1).to(v.dtype) @ v


class Model(nn.Module):
    """The transformer; `take` hands out its parameters in the order of model/shape.h."""

    def __init__(self, shape, take):
        super().__init__()
        dim, hidden, context = shape["dim"], shape["hidden"], shape["context"]
        self.heads, self.kv_heads, self.head_dim = shape["heads"], shape["kv-heads"], dim // shape["heads"]
        qkv = dim + 2 * self.kv_heads * self.head_dim
        self.embedding = take(shape["vocab"], dim)
        self.layers = nn.ModuleList(
            nn.ParameterDict(
                {
                    "attn_norm": take(dim),
                    "qkv": take(qkv, dim),
                    "output": take(dim, dim),
                    "ffn_norm": take(dim),
                    "gate_up": take(2 * hidden, dim),
                    "down": take(dim, hidden),
                }
            )
            for _ in range(shape["layers"])
        )
        self.norm = take(dim)
        angles = torch.outer(torch.arange(context), ROPE_BASE ** (-torch.arange(0, self.head_dim, 2) / self.head_dim))
        self.register_buffer("angles", torch.polar(torch.ones_like(angles), angles)[:, None])
        self.register_buffer("future", torch.full((context, context), -torch.inf).triu(1))

    def attention(self, x, layer):
        """The attention branch of a layer."""
        heads = F.linear(x, layer["qkv"]).unflatten(-1, (-1, self.head_dim))
        q, k, v = heads.split([self.heads, self.kv_heads, self.kv_heads], dim=2)
        q, k = rotate(q, self.angles), rotate(k, self.angles)
        k, v = (t.repeat_interleave(self.heads // self.kv_heads, dim=2) for t in (k, v))
        out = attend(*(t.transpose(1, 2) for t in (q, k, v)), self.future)
        return F.linear(out.transpose(1, 2).flatten(2), layer["output"])

    def feed_forward(self, x, layer):
        """The feed-forward branch of a layer."""
        gate, up = F.linear(x, layer["gate_up"]).chunk(2, dim=-1)
        return F.linear(F.silu(gate) * up, layer["down"])

    def forward(self, tokens, targets):
        """The mean loss in nats a token."""
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = x + self.attention(rms_norm(x, layer["attn_norm"]), layer)
            x = x + self.feed_forward(rms_norm(x, layer["ffn_norm"]), layer)
        logits = F.linear(rms_norm(x, self.norm), self.embedding)
        return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())


def read_inputs(settings):
    """The model, and its batches as (step, tokens or targets, sequence, position): what bench_inputs.c wrote."""
    count, shape = settings["parameters"], settings["shape"]
    weights = torch.from_numpy(numpy.fromfile(settings["inputs"], numpy.float32, count))
    batches = torch.from_numpy(numpy.fromfile(settings["inputs"], numpy.int32, offset=4 * count)).long()
    position = 0

    def take(*size):
        nonlocal position
        start, position = position, position + int(numpy.prod(size))
        return nn.Parameter(weights[start:position].view(size).clone())

    model = Model(shape, take)
    if position != count:
        sys.exit(f"the model has {position} parameters here, {count} there")
    return model, batches.view(-1, 2, settings["batch"], shape["context"])


def make_optimizer(model, settings):
    """AdamW as model/adamw.c has it: norms are not decayed."""
    groups = [
        {"params": [p for p in model.parameters() if p.dim() == 2], "weight_decay": settings["decay"]},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0},
    ]
    return torch.optim.AdamW(groups, lr=settings["lr"], betas=(0.9, settings["beta2"]), eps=1e-8)


def main():
    """One run: settings in; losses and seconds of every step out."""
    settings = json.loads(sys.argv[1])
    workers = settings["workers"]  # of whom each takes its share of the batch, on its share of the cores
    torch.set_num_threads(settings["cores"] // workers)
    model, batches = read_inputs(settings)
    parameters = list(model.parameters())
    optimizer = make_optimizer(model, settings)

    def gradient(share):
        with torch.autocast("cpu", torch.bfloat16, enabled=settings["precision"] == "bf16"):
            loss = model(*share) / workers
        return loss.item(), torch.autograd.grad(loss, parameters)

    losses, seconds = [], []
    with ThreadPoolExecutor(workers) as pool:
        for batch in batches:
            start = time.perf_counter()
            shares = batch.chunk(workers, dim=1)
            parts, gradients = zip(*(pool.map(gradient, shares) if workers > 1 else map(gradient, shares)))
            for parameter, *grads in zip(parameters, *gradients):
                parameter.grad = sum(grads[1:], grads[0])
            nn.utils.clip_grad_norm_(parameters, settings["clip"])
            optimizer.step()
            losses.append(sum(parts))
            seconds.append(time.perf_counter() - start)
    build = torch.__config__.show()
    print(json.dumps({"losses": losses, "seconds": seconds, "version": torch.__version__, "build": build}))


if __name__ == "__main__":
    main()
