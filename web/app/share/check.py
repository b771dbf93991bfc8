#!/usr/bin/env python3
"""Recomputes a step that Logitscope exported, from its logits alone, with plain NumPy.

    python3 check.py [step.json]

Every stage is written from its paper. What must be the same: which tokens are kept, their order, the token that
is drawn and u. What may differ in the last digit, because other exponentials are used: probabilities (float32, by one
unit in the last place), entropies, masses, limits and the logits of a stage (float64, by 1e-9 of their size).
"""
import json
import sys

import numpy as np

FILE = "logitscope-step.json"
CLOSE = 1e-9
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = 2.0**-149


def float32(value):
    """As the engine rounds thresholds and probabilities before it compares them."""
    return np.float32(value).astype(np.float64)


# ---- random numbers: Philox 4x32-10 (Salmon et al. 2011), a function of seed, position and stream ----

MASK = 0xFFFFFFFF
DRAW, XTC = 0, 1


def uniform(seed, position, stream):
    x = [position & MASK, position >> 32, 1, stream]
    key = [seed & MASK, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [(b >> 32) ^ x[1] ^ key[0], b & MASK, (a >> 32) ^ x[3] ^ key[1], a & MASK]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return ((x[0] << 32 | x[1]) >> 11) * 2.0**-53


# ---- a row: the distribution after a stage ----


class Row:
    """Kept tokens in rank order: higher logit first, on a tie the lower id. Logits are base / temperature."""

    def __init__(self, ids, base, temperature=1.0):
        self.ids, self.base, self.temperature = ids, base, temperature
        self.logits = base / temperature
        x = self.logits - self.logits[0]
        weights = np.exp(x)
        self.lnp = x - np.log(weights.sum())
        self.exact = weights / weights.sum()
        self.probs = float32(self.exact)
        self.limit = 0.0

    def keep(self, kept, limit):
        """The tokens of a mask or slice, renormalised."""
        row = Row(self.ids[kept], self.base[kept], self.temperature)
        row.limit = float(limit)
        return row

    def entropy(self):
        """In nats."""
        some = self.exact > 0
        return max(0.0, float(-(self.exact[some] * self.lnp[some]).sum()))


def ranked(ids, base):
    order = np.lexsort((ids, -base))
    return Row(ids[order], base[order])


def changed(row, new_logit):
    """New logits, as float32, in a new order. Those that are minus infinity stay so."""
    base = float32(row.logits)
    for i, token in enumerate(row.ids):
        if base[i] > -np.inf:
            base[i] = float32(np.clip(new_logit(int(token), base[i]), -LARGEST, LARGEST))
    return ranked(row.ids, base)


def last(text, window):
    return text[-int(window):] if window > 0 else text


# ---- stages that change logits ----


def penalties(row, stage, step):
    """Keskar et al. 2019 (CTRL): repetition. OpenAI's API: frequency and presence."""
    text = last(step["before"], stage["window"])

    def penalised(token, logit):
        count = text.count(token)
        if count == 0:
            return logit
        logit = logit / stage["repetition"] if logit > 0 else logit * stage["repetition"]
        return logit - (count * stage["frequency"] + stage["presence"])

    return changed(row, penalised)


def bias(row, stage, step):
    """OpenAI's API."""
    biases = stage["biases"]
    return changed(row, lambda token, logit: logit + sum(value for biased, value in biases if biased == token))


def dry(row, stage, step):
    """p-e-w 2024: what would continue a repetition loses multiplier * base^(its length - allowed length)."""
    text, allowed = last(step["before"], stage["window"]), int(stage["allowedLength"])
    breaker = {t for t in set(text) if any(c in b'\n:"*' for c in bytes.fromhex(step["tokens"][t][2:]))}
    longest = {}
    for end in range(len(text) - 1):
        length = 0
        while length <= end and text[end - length] == text[-1 - length] and text[-1 - length] not in breaker:
            length += 1
        following = text[end + 1]
        longest[following] = max(longest.get(following, 0), length)

    def penalised(token, logit):
        if token in breaker or longest.get(token, -1) < allowed:
            return logit
        return logit - stage["multiplier"] * stage["base"] ** (longest[token] - allowed)

    return changed(row, penalised)


# ---- stages that cut ----


def temperature(row, stage, step):
    """At 0 it is greedy: the limit, with ties to the lower id."""
    value = row.temperature * stage["value"]
    return Row(row.ids, row.base, value) if value > 0 else row.keep(slice(1), 0)


def top_n_sigma(row, stage, step):
    """Tang et al. 2024: logits within n standard deviations of the highest."""
    finite = row.logits[row.logits > -np.inf]
    least = row.logits[0] - stage["value"] * finite.std()
    return row.keep((row.logits - row.logits[0] >= least - row.logits[0]) & (row.logits > -np.inf), least)


def top_k(row, stage, step):
    """Fan et al. 2018."""
    return row.keep(slice(int(stage["value"])), stage["value"])


def typical(row, stage, step):
    """Meister et al. 2023: those whose surprise is nearest the entropy, until their mass reaches p."""
    p = float32(stage["value"])
    deviation = np.abs(-row.lnp - row.entropy())
    order = np.argsort(deviation, kind="stable")
    mass = np.cumsum(row.probs[order])
    greatest = deviation[order][min(np.searchsorted(mass, p), len(order) - 1)]
    return row.keep(deviation <= greatest, greatest)


def top_p(row, stage, step):
    """Holtzman et al. 2020: the fewest whose mass reaches p; the one that crosses is kept."""
    p = float32(stage["value"])
    return row.keep(slice(np.searchsorted(np.cumsum(row.probs), p) + 1), p)


def likely(row, least):
    kept = row.probs >= least
    kept[0] = True
    return row.keep(kept, least)


def min_p(row, stage, step):
    """Nguyen et al. 2024."""
    return likely(row, float32(stage["value"]) * row.probs[0])


def epsilon(row, stage, step):
    """Hewitt et al. 2022."""
    return likely(row, min(float32(stage["value"]), row.probs[0]))


def eta(row, stage, step):
    """Hewitt et al. 2022: where the entropy is high, less is asked of a token."""
    value = float32(stage["value"])
    return likely(row, min(value, np.sqrt(value) * np.exp(-row.entropy()), row.probs[0]))


def xtc(row, stage, step):
    """p-e-w 2024: by chance, all but the least likely of those that reach the threshold go."""
    u = uniform(int(step["settings"]["seed"]), step["position"], XTC)
    reach = int(((row.probs >= float32(stage["threshold"])) & (row.probs > 0)).sum())
    first = reach - 1 if u < stage["probability"] and reach > 1 else 0
    return row.keep(slice(first, None), u)


def mirostat(row, stage, step):
    """Basu et al. 2021, version 2: a surprise of at most mu bits. mu comes from the steps before."""
    cut = likely(row, max(2.0 ** -stage["limit"], SMALLEST))
    cut.limit = stage["limit"]
    return cut


# Each stage, and at which values it does nothing; biases, even none, leave float32.
STAGES = {
    "penalties": (penalties, {"repetition": 1, "frequency": 0, "presence": 0}),
    "bias": (bias, {}),
    "dry": (dry, {"multiplier": 0}),
    "top-n-sigma": (top_n_sigma, {"value": 0}),
    "temperature": (temperature, {"value": 1}),
    "top-k": (top_k, {"value": 0}),
    "typical": (typical, {"value": 1}),
    "top-p": (top_p, {"value": 1}),
    "min-p": (min_p, {"value": 0}),
    "epsilon": (epsilon, {"value": 0}),
    "eta": (eta, {"value": 0}),
    "xtc": (xtc, {"probability": 0}),
    "mirostat": (mirostat, {"tau": 0}),
}


def run(row, stage, step):
    function, off = STAGES[stage["name"]]
    if off and all(stage[name] == value for name, value in off.items()):
        return row.keep(slice(None), 0)
    return function(row, stage, step)


def draw(row, u):
    """The first token in rank order whose cumulative probability exceeds u; never one of probability 0."""
    mass = np.cumsum(row.probs)
    possible = np.flatnonzero(row.probs > 0)
    return int(row.ids[next((i for i in possible if mass[i] > u), possible[-1])])


# ---- comparison ----

failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)


def near(mine, theirs, what):
    expect(abs(mine - theirs) <= CLOSE * max(1.0, abs(theirs)), f"{what}: {mine!r} here, {theirs!r} in the file")


def compare(row, before, exported, what):
    ids = np.array(exported["ids"])
    theirs = np.array(exported["probs"], dtype=np.float32)
    kept_mass = float(before.exact[np.isin(before.ids, row.ids)].sum()) if before else 1.0
    expect(np.array_equal(row.ids, ids), f"{what}: other tokens, or in another order")
    expect(exported["kept"] == len(row.ids), f"{what}: {len(row.ids)} kept here, {exported['kept']} in the file")
    near(kept_mass, exported["keptMass"], f"{what}, kept mass")
    near(row.entropy() / np.log(2), exported["entropy"], f"{what}, entropy")
    near(row.limit, exported["limit"], f"{what}, limit")
    same = 0
    if len(ids) == len(row.ids):
        mine = row.probs.astype(np.float32)
        same = int((mine == theirs).sum())
        expect(np.all(np.abs(mine - theirs) <= np.spacing(np.maximum(mine, theirs))), f"{what}: other probabilities")
        logits = np.array(exported["logits"], dtype=np.float64)
        with np.errstate(invalid="ignore"):
            off = np.abs(row.logits - logits) > CLOSE * np.maximum(1, np.abs(logits))
        expect(not off.any(), f"{what}: other logits")
    print(f"{what:<14}{len(row.ids):>8} kept {kept_mass:>12.6%} {row.entropy() / np.log(2):>10.6f} bits"
          f"   {same} of {len(ids)} probabilities the same to the bit")


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else FILE
    with open(path, encoding="utf-8") as file:
        step = json.load(file)
    if (step.get("format"), step.get("version")) != ("logitscope-step", 1):
        sys.exit(f"{path} is no step of version 1 that Logitscope exported")
    logits = np.array(step["logits"], dtype=np.float32).astype(np.float64)
    row = ranked(np.arange(len(logits)), logits)
    compare(row, None, step["stages"][0], "logits")
    near(float(row.lnp[row.ids == step["drawn"]][0]), step["logprob"], "logprob of the drawn token")
    for stage in step["stages"][1:]:
        before, row = row, run(row, stage, step)
        compare(row, before, stage, stage["name"])
    u = uniform(int(step["settings"]["seed"]), step["position"], DRAW)
    expect(u == step["u"], f"u is {u!r} here, {step['u']!r} in the file")
    token = draw(row, u)
    expect(token == step["drawn"], f"token {token} is drawn here, {step['drawn']} in the file")
    print(f"u = {u!r} draws token {token}")
    if failures:
        sys.exit("\n".join(["What differs:", *failures]))
    print("Every number agrees.")


if __name__ == "__main__":
    main()
