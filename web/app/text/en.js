// Every English sentence of the page. Another language is another file with the same keys.
// Beside the token's way: views ask for words here, and for numbers in format.js.
// Must not know the state: each entry is a string, or a function of what it is told.

const whole = new Intl.NumberFormat('en'); // made once: toLocaleString looks its locale up at each call
/** @param {number} n */
const count = (n) => whole.format(n);
/** A stage's name within a sentence: "top-p", but "XTC". @param {string} name */
const within = (name) => name.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
/** @param {number} n @param {string} one @param {string} [many] */
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export const text = {
  language: 'en',
  languageLabel: 'Language',
  brand: 'Logitscope',
  tagline: 'Watch a language model choose its next token',
  skip: 'Skip to the stages',

  model: {
    open: 'Open a model',
    facts: (/** @type {string} */ parameters, /** @type {string} */ type, /** @type {number} */ vocabulary) =>
      `${parameters} parameters · ${type} · ${count(vocabulary)} tokens`,
    title: 'Model',
    shipped: 'Use the model that came with this page',
    file: 'Open a GGUF file from this device',
    fileHint: 'Or drop a file anywhere on the page. It never leaves your device.',
    url: 'Or from an address',
    urlPlaceholder: 'https://…/model.gguf',
    urlGo: 'Open',
    urlHint: 'The server must allow other sites to read the file (CORS).',
    drop: 'Drop the GGUF file to open it',
    now: 'Open now',
    rows: {
      name: 'Name',
      architecture: 'Architecture',
      license: 'Licence',
      parameters: 'Parameters',
      weights: 'Weights',
      vocabulary: 'Vocabulary',
      shape: 'Shape',
      context: 'Longest text',
      memory: 'File, memory',
      computing: 'Computed by',
    },
    computing: (/** @type {string} */ kernels, /** @type {number} */ threads) => `${kernels} kernels, ${plural(threads, 'thread')}`,
    /** @type {Record<string, string>} */
    kernels: { reference: 'reference', simd: 'SIMD', relaxed: 'relaxed SIMD' },
    tokens: (/** @type {number} */ n) => plural(n, 'token'),
    shape: (/** @type {number} */ layers, /** @type {number} */ dim, /** @type {number} */ heads, /** @type {number} */ kvHeads) =>
      `${layers} layers, width ${dim}, ${heads} heads (${kvHeads} for keys and values)`,
    unknown: 'not stated',
    unnamed: 'Unnamed model',
  },

  lessons: {
    open: 'Lessons',
  },

  load: {
    title: 'Loading the model',
    progress: (/** @type {string} */ loaded, /** @type {string} */ total) => `${loaded} of ${total}`,
    opening: 'Preparing…',
    cancel: 'Cancel',
    reading: 'Reading the prompt',
  },

  prompt: {
    label: 'Prompt',
    default: 'Once upon a time',
    empty: 'Type at least one character: this model needs something to go on.',
    tooLong: (/** @type {number} */ tokens, /** @type {number} */ limit) =>
      `The prompt has ${plural(tokens, 'token')}; this model can hold ${count(limit)}. Shorten it.`,
  },

  timeline: {
    label: 'Text, token by token',
    chip: (/** @type {number} */ position, /** @type {string} */ token, /** @type {string} */ origin) => `Position ${position}: “${token}”, ${origin}`,
    given: 'from the prompt',
    start: 'start of the text',
    surprisal: (/** @type {string} */ bits) => `surprisal ${bits} bits`,
    next: (/** @type {string} */ token) => `Next, would be drawn: “${token}”`,
    legend: 'Surprisal in bits',
    ended: 'The model ended the text here.',
    full: 'The model’s context is full.',
  },

  transport: {
    label: 'Playback',
    step: 'Step',
    play: 'Play',
    pause: 'Pause',
    back: 'Back',
    reset: 'Reset',
    speed: 'Speed',
    speeds: { 1: '1 token/s', 2: '2 tokens/s', 5: '5 tokens/s', 10: '10 tokens/s', 0: 'Full speed' },
    seed: 'Seed',
    seedBad: 'A whole number from 0 to 18446744073709551615.',
    dice: 'New random seed',
  },

  note: {
    why: 'Why?',
    nextToken: 'Next token.',
    next: (/** @type {string} */ token) => `Step will draw “${token}”. Choose a token above to look back.`,
    end: 'Step will end the text.',
    position: (/** @type {number} */ position) => `Position ${position}.`,
    given: (/** @type {string} */ token, /** @type {number} */ rank) =>
      `The prompt has “${token}” here, rank ${count(rank)} for the model.`,
    same: (/** @type {string} */ token) => `“${token}” was drawn here.`,
    other: (/** @type {string} */ token, /** @type {string} */ drawn) =>
      `The text has “${token}” here. With these settings “${drawn}” would be drawn.`,
    restore: 'Restore the settings of that moment',
    taken: (/** @type {string} */ token) => `“${token}” was taken here, not drawn.`,
    branch: (/** @type {string} */ token) => `Go on from here with “${token}”`,
    toNext: 'Back to next token',
    toLast: 'Back to last token',
  },

  sparkline: {
    surprisal: 'surprisal',
    entropy: 'entropy',
    mean: (/** @type {string} */ bits) => `mean ${bits} bits`,
    summary: (/** @type {string} */ surprisal, /** @type {string} */ entropy) =>
      `mean surprisal ${surprisal} bits, mean entropy ${entropy} bits a token`,
  },

  branches: {
    how: 'Look back at any token, take another one there, and the text branches. Every branch stays here until you prune it.',
    trunk: 'from the prompt',
    from: (/** @type {number} */ position) => `departs at position ${position}`,
    unnamed: (/** @type {number} */ number) => `Branch ${number}`,
    name: 'Name of the branch',
    compare: 'Compare',
    prune: 'Prune',
    pruned: (/** @type {string} */ name) => `${name} is pruned.`,
    regrow: 'Undo',
    pruneNamed: (/** @type {string} */ name) => `Prune ${name}`,
    sideBySide: 'Side by side',
    cost: (/** @type {number} */ tokens, /** @type {string} */ sum, /** @type {string} */ mean) =>
      `${plural(tokens, 'token')} here: ${sum} bits in all, ${mean} a token.`,
  },

  panels: {
    title: 'Look closer',
    /** @type {Record<string, string>} */
    names: {
      receipt: 'Why this token?',
      cuts: 'What was cut?',
      branches: 'Branches',
      compare: 'Two pipelines',
      draws: 'Draw 1,000 times',
      sweep: 'Sweep',
      own: 'Your own logits',
      predict: 'Predict',
    },
  },

  cuts: {
    how: 'What each stage took away at this position: the likeliest tokens first, each with the probability that it had until then. Press one to follow it through all stages.',
    cut: (/** @type {number} */ n, /** @type {string} */ mass) => `${plural(n, 'token')} cut, ${mass}${n === 1 ? '' : ' together'}`,
    follow: (/** @type {string} */ token) => `Follow “${token}” through all stages`,
    more: (/** @type {number} */ n) => `And ${plural(n, 'less likely one')}.`,
  },

  draws: {
    intro:
      'One token is one draw, and proves nothing. Here the same step is drawn again and again, each time with another seed, by the same engine.',
    count: 'Draws',
    run: (/** @type {number} */ n) => `Draw ${count(n)} times`,
    again: 'Again, with other seeds',
    seeds: (/** @type {string} */ first, /** @type {string} */ last) =>
      `Seeds ${first} to ${last}, one a draw. Each u comes from the generator as always; only the seed differs.`,
    progress: (/** @type {number} */ done, /** @type {number} */ n) => `${count(done)} of ${count(n)} drawn`,
    wait: 'There is nothing to draw from yet.',
    single: (/** @type {string} */ token) => `Only “${token}” is left: every draw takes it, and there is nothing to test. Let the stages keep more.`,
    tooFew: 'Too many tokens share too few draws: none is expected five times. Draw more often.',
    caption: 'Expected and observed draws of each token',
    token: 'Token',
    expected: 'Expected',
    observed: 'Observed',
    difference: 'Difference',
    picture: 'Observed; the tick is what was expected',
    drawnOf: (/** @type {number} */ observed, /** @type {string} */ expected) => `${count(observed)} drawn, ${expected} expected`,
    pooled: (/** @type {number} */ n) => `${plural(n, 'rarer token')} together`,
    pooledWhy: 'Tokens expected fewer than five times are counted together, as the test asks.',
    more: (/** @type {number} */ n) => `${plural(n, 'more token')}, each tested by itself, without a row here`,
    statistic: 'Chi-square',
    freedom: 'Degrees of freedom',
    p: 'p-value',
    verdict: {
      nothing: (/** @type {number} */ n) =>
        `As far apart as this, or farther, in ${count(n)} of 100 such experiments: nothing speaks against the draw.`,
      always: 'As far apart as this, or farther, in nearly all such experiments: nothing speaks against the draw.',
      seldom: (/** @type {number} */ n) =>
        `As far apart as this, or farther, in ${count(n)} of 1,000 such experiments. Chance does that now and then: draw again with other seeds.`,
      hardly:
        'As far apart as this, or farther, in fewer than 1 of 1,000 such experiments. If it comes again with other seeds, the draw does not follow the probabilities.',
      impossible: (/** @type {number} */ n) => `${plural(n, 'draw')} took a token that had been cut. That must never happen: the draw is wrong.`,
    },
  },

  sweep: {
    intro: 'One setting runs through its whole range at this step; everything else stays. What would be left, and how likely would the first tokens be?',
    parameter: 'Setting',
    present: 'In the pipeline',
    added: 'Could be added at its end',
    option: (/** @type {string} */ stage, /** @type {string} */ parameter) => `${stage}: ${parameter}`,
    nth: (/** @type {string} */ stage, /** @type {number} */ place) => `${stage} (stage ${place})`,
    wait: 'There is nothing to look at yet.',
    noParameter: 'No stage has a setting that could run.',
    charts: (/** @type {string} */ setting) => `Sweep of ${setting}: arrow keys move, Enter sets the value`,
    hint: 'Move over the charts or use the arrow keys to read them; click or press Enter to set the value.',
    kept: 'Tokens kept',
    keptMass: 'Mass that no stage cut',
    entropy: 'Entropy, bits',
    choices: 'As many even choices',
    tokens: 'Likeliest tokens at the end',
    drawn: 'Would be drawn',
    quantity: 'What',
    here: (/** @type {string} */ value) => `At ${value}`,
    now: (/** @type {string} */ value) => `Now, ${value}`,
    summary: (/** @type {string} */ value, /** @type {string} */ kept, /** @type {string} */ entropy, /** @type {string} */ mass) =>
      `${value}: ${kept} kept, ${entropy} bits, mass ${mass}`,
    set: (/** @type {string} */ setting, /** @type {string} */ value) => `Set ${setting} to ${value}`,
    all: 'All numbers',
    caption: (/** @type {string} */ setting) => `What each value of ${setting} leaves`,
  },

  own: {
    intro: 'Names and numbers of your own through the very same sampler. No model is needed, and nothing leaves this page.',
    preset: 'Example',
    presets: {
      exercise: 'The exercise: “The” → “cat”',
      temperature: 'Temperature: 2, 1, 0.5',
      order: 'Order matters: 3, 2, 1',
      crossing: 'The crossing token stays: p = 0.6 keeps 2',
      reaching: 'Just reached: p = 0.8 keeps 3',
      tie: 'A tie',
      certain: 'Nearly certain',
    },
    mine: 'My own',
    input: 'Names and numbers',
    hint: 'One a line, “cat 10”. A comma or a tab is as good; so is a JSON list or object, or numbers alone.',
    kind: 'The numbers are',
    kinds: { logits: 'Logits', probabilities: 'Probabilities' },
    lnHint: (/** @type {string} */ sum) => `Their logarithms are the logits. They sum to ${sum}; softmax divides by the sum.`,
    counted: (/** @type {number} */ n) => `${plural(n, 'token')} read.`,
    problems: {
      empty: 'Write at least one number.',
      number: (/** @type {number} */ line, /** @type {string} */ found) =>
        `Line ${count(line)}: “${found}” should be a name and a number, such as “cat 10”.`,
      decimalComma: (/** @type {number} */ line, /** @type {string} */ found) =>
        `Line ${count(line)}: in “${found}” the comma could be a decimal one. Write decimals with a point: “10.5”.`,
      json: (/** @type {number} */ line, /** @type {string} */ found) =>
        `Line ${count(line)}, at “${found}”: expected a number, "name": number, or ["name", number], with commas between them.`,
      tooMany: (/** @type {number} */ line, /** @type {string} */ found) => `${found} numbers are too many: the sampler takes 1,048,576.`,
      tooLarge: (/** @type {number} */ line, /** @type {string} */ found) => `Line ${count(line)}: ${found} is too large for a logit (at most 3.4e38).`,
      negative: (/** @type {number} */ line, /** @type {string} */ found) => `Line ${count(line)}: ${found} is negative, and a probability cannot be.`,
      nothing: 'At least one probability must be above 0.',
    },
    stages: 'Stages',
    table: 'Your tokens at every stage',
    token: 'Token',
    logit: 'Logit',
    softmax: 'Softmax',
    cut: 'cut',
    others: (/** @type {number} */ n) => `${plural(n, 'more token')} without a row`,
    kept: 'Tokens kept',
    keptMass: 'Mass kept',
    entropy: 'Entropy, bits',
    draw: 'The draw',
    seed: 'Seed',
    position: 'Position',
    u: 'u by hand',
    uHint: 'The sampler takes u from seed and position alone. Write a u here to see where it would fall, by the same rule.',
    uBad: 'From 0, below 1.',
    seedBad: 'A whole number from 0 to 18446744073709551615.',
    positionBad: 'A whole number, 0 or more.',
    byHand: (/** @type {string} */ u, /** @type {string} */ token, /** @type {string} */ share) =>
      `By hand, u = ${u} falls on “${token}”: ${share}.`,
  },

  receipt: {
    /** Of the token that u falls on. @type {Record<string, (token: string, u: string, from: string, to: string) => string>} */
    chosen: {
      drawn: (token, u, from, to) => `“${token}” was drawn because u = ${u} fell into its part of the strip (from ${from} to ${to}).`,
      next: (token, u, from, to) =>
        `“${token}” will be drawn next because u = ${u} falls into its part of the strip (from ${from} to ${to}).`,
      taken: (token, u, from, to) =>
        `“${token}” was taken by hand. It would have been drawn as well: u = ${u} fell into its part of the strip (from ${from} to ${to}).`,
      given: (token, u, from, to) =>
        `“${token}” is from the prompt. The present settings would have drawn it: u = ${u} falls into its part of the strip (from ${from} to ${to}).`,
    },
    /** Of another token. @type {Record<string, (token: string, drawn: string, u: string, from: string, to: string) => string>} */
    other: {
      drawn: (token, drawn, u, from, to) =>
        `“${token}” stands here, but computed again u = ${u} falls on “${drawn}” (from ${from} to ${to}).`,
      next: (token, drawn, u, from, to) => `“${token}” will not be drawn next: u = ${u} falls on “${drawn}” (from ${from} to ${to}).`,
      taken: (token, drawn, u, from, to) => `“${token}” was taken by hand, not drawn: u = ${u} fell on “${drawn}” (from ${from} to ${to}).`,
      given: (token, drawn, u, from, to) =>
        `“${token}” is from the prompt and was not drawn. The present settings would have drawn “${drawn}”: u = ${u} falls into its part of the strip (from ${from} to ${to}).`,
    },
    cuts: (/** @type {{ stage: string, count: number }[]} */ cuts) =>
      `${cuts
        .map(({ stage, count: n }, i) => (i === 0 ? `${stage} cut ${plural(n, 'rival')}` : `${within(stage)} ${count(n)}`))
        .join(', ')}.`,
    nothingCut: (/** @type {number} */ n) => `No stage cut a rival: all of the ${plural(n, 'token')} were in the strip.`,
    removed: (/** @type {string} */ token, /** @type {string} */ stage) => `“${token}” itself was cut by ${within(stage)}.`,
    ownPart: (/** @type {string} */ token, /** @type {string} */ from, /** @type {string} */ to) =>
      `The part of “${token}” goes from ${from} to ${to}.`,
    moment: 'All numbers are those of the settings under which it was drawn; the present settings are others.',
    momentTaken: 'All numbers are those of the settings at the moment when it was taken; the present settings are others.',
    restore: 'Restore the settings of that moment',
    stages: 'At every stage',
    stage: 'Stage',
    rank: 'Rank',
    prob: 'Probability',
    told: 'What happened',
    rankOf: (/** @type {number} */ rank) => count(rank),
    plainStage: (/** @type {string} */ stage, /** @type {number} */ rank, /** @type {string} */ prob, /** @type {string} */ told) =>
      `${stage}: rank ${count(rank)}, ${prob}. ${told}`,
    stageTitle: (/** @type {string} */ stage, /** @type {string} */ value) => `${stage} ${value}`,
    stageTitles: (/** @type {string} */ stage, /** @type {string[]} */ values) => `${stage} (${values.join('; ')})`,
    parameter: (/** @type {string} */ name, /** @type {string} */ value) => `${name} ${value}`,
    biasTitle: (/** @type {string} */ stage, /** @type {number} */ n) => `${stage} (${plural(n, 'token')})`,
    offTitle: (/** @type {string} */ stage) => `${stage}, off`,
    cutHere: 'So it was cut here.',
    cut: (/** @type {number} */ n, /** @type {string} */ mass, /** @type {string} */ token, /** @type {string} */ prob) =>
      n === 1
        ? `One token was cut here: “${token}” with ${prob}.`
        : `${count(n)} tokens were cut here, ${mass} in all; the likeliest was “${token}” with ${prob}.`,
    measures: {
      model: (/** @type {string} */ logit) => `The model gave it the logit ${logit}.`,
      gone: 'It had been cut before.',
      off: 'Off: changes nothing.',
      greedy: 'Temperature 0 keeps only the likeliest token.',
      temperature: (/** @type {string} */ before, /** @type {string} */ value, /** @type {string} */ after) =>
        `Its logit ${before} ÷ ${value} = ${after}.`,
      withinK: (/** @type {number} */ place, /** @type {number} */ k, /** @type {number} */ margin) =>
        `Place ${count(place)} of ${count(k)} (${plural(margin, 'place')} to spare).`,
      beyondK: (/** @type {number} */ place, /** @type {number} */ k) => `Place ${count(place)}; only the first ${count(k)} stay.`,
      firstP: 'No token was likelier: the first always stays.',
      withinP: (/** @type {string} */ before, /** @type {string} */ p, /** @type {string} */ margin) =>
        `The likelier tokens had ${before} together, ${margin} short of ${p}, so it stays: the token that crosses ${p} is kept.`,
      beyondP: (/** @type {string} */ before, /** @type {string} */ p) =>
        `The likelier tokens already had ${before} together, and so had reached ${p}.`,
      aboveLeast: (/** @type {string} */ prob, /** @type {string} */ least, /** @type {string} */ margin) =>
        `It had ${prob}; at least ${least} were asked (${margin} to spare).`,
      belowLeast: (/** @type {string} */ prob, /** @type {string} */ least, /** @type {string} */ margin) =>
        `It had ${prob}; at least ${least} were asked (${margin} too few).`,
      typical: (/** @type {string} */ surprisal, /** @type {string} */ entropy, /** @type {string} */ deviation, /** @type {string} */ most) =>
        `Its surprisal of ${surprisal} bits was ${deviation} away from the entropy, ${entropy}; up to ${most} away was kept.`,
      sigma: (/** @type {string} */ logit, /** @type {string} */ least, /** @type {string} */ margin, /** @type {boolean} */ stays) =>
        `Its logit was ${logit}, ${margin} ${stays ? 'above' : 'below'} the least that stays, ${least}.`,
      xtcHit: (/** @type {string} */ chance, /** @type {string} */ probability, /** @type {string} */ prob, /** @type {string} */ threshold) =>
        `The chance hit: ${chance} is below ${probability}. Of the tokens with ${threshold} or more only the least likely stays; this one had ${prob}.`,
      xtcMissed: (/** @type {string} */ chance, /** @type {string} */ probability) =>
        `The chance did not hit: ${chance} is not below ${probability}. Nothing is cut.`,
      mirostat: (/** @type {string} */ surprisal, /** @type {string} */ mu, /** @type {boolean} */ stays) =>
        `Its surprisal was ${surprisal} bits; ${stays ? 'up to' : 'only up to'} μ = ${mu} bits stay.`,
      penalties: (/** @type {number} */ times, /** @type {number} */ window, /** @type {string} */ before, /** @type {string} */ after) =>
        times === 0
          ? `It does not stand in the last ${plural(window, 'token')}: its logit stays ${after}.`
          : `It stands ${times === 1 ? 'once' : `${count(times)} times`} in the last ${plural(window, 'token')}: its logit went from ${before} to ${after}.`,
      bias: (/** @type {string} */ before, /** @type {string} */ after) =>
        before === after ? `It has no bias: its logit stays ${after}.` : `Its bias moved its logit from ${before} to ${after}.`,
      dryNone: 'It would not repeat anything.',
      dry: (/** @type {number | null} */ length, /** @type {string} */ before, /** @type {string} */ after) =>
        length === null
          ? `It would continue a repetition: its logit went from ${before} to ${after}.`
          : `It would continue a repetition of ${plural(length, 'token')}: its logit went from ${before} to ${after}.`,
    },
    drawTitle: 'The draw',
    margins: (/** @type {string} */ below, /** @type {string} */ above) =>
      `u lies ${below} after the start of its part and ${above} before its end.`,
    below: (/** @type {string} */ at, /** @type {string} */ token) => `A u just below ${at} would have drawn “${token}”.`,
    above: (/** @type {string} */ at, /** @type {string} */ token) => `From u = ${at} on, “${token}” would have been drawn.`,
    alone: 'It was alone in the strip: every u would have drawn it.',
    around: (/** @type {string} */ from, /** @type {string} */ to) => `The strip around u, from ${from} to ${to}`,
    print: 'Print',
    copy: 'Copy as text',
    copied: 'Copied.',
    copyByHand: 'The browser did not allow it. The text is selected below: copy it with Ctrl+C.',
    plain: 'The receipt as text',
  },

  compare: {
    how: 'Both pipelines get the same logits of the model and the same u. What differs comes from the stages and their order alone.',
    first: 'Pipeline A, above',
    second: 'Pipeline B',
    order: (/** @type {string[]} */ stages) => (stages.length > 0 ? stages.join(' → ') : 'no stages'),
    copy: 'Copy A into B',
    swap: 'Swap A and B',
    stop: 'Stop comparing',
    keeps: (/** @type {number} */ kept) => `keeps ${count(kept)}`,
    agree: (/** @type {string} */ u, /** @type {string} */ token) => `At u = ${u} both draw “${token}”.`,
    disagree: (/** @type {string} */ u, /** @type {string} */ a, /** @type {string} */ b) => `At u = ${u} A draws “${a}”, B draws “${b}”.`,
    sameSets: (/** @type {number} */ n) => `Both keep the same ${plural(n, 'token')}.`,
    sets: (/** @type {number} */ both, /** @type {number} */ a, /** @type {number} */ b) =>
      `${plural(both, 'token')} kept by both, ${count(a)} by A only, ${count(b)} by B only.`,
    distance: (/** @type {string} */ distance) => `Total variation distance: ${distance}.`,
    distanceHint:
      'Half the sum of all differences between the two probabilities of a token. 0 %: the same distribution; 100 %: no token in common. If u were drawn anew for each, at best this share of the draws would have to differ.',
    measures: 'Both in numbers',
    measure: 'Measure',
    a: 'A',
    b: 'B',
    kept: 'Tokens kept',
    mass: 'The model’s own probability of these',
    entropy: 'Entropy, bits',
    choices: 'Effective choices, 2^H',
    draws: 'Drawn at this u',
    drawn: (/** @type {string} */ token, /** @type {string} */ prob) => `“${token}”, ${prob}`,
    table: 'What is left for the draw',
    token: 'Token',
    keptBy: 'Kept by',
    /** @type {Record<string, string>} */
    sides: { both: 'both', a: 'A only', b: 'B only' },
    drawnBy: { both: 'drawn by both', a: 'drawn by A', b: 'drawn by B' },
    cut: 'cut',
    others: (/** @type {number} */ n) => plural(n, 'other token'),
  },

  tokenField: {
    id: (/** @type {number} */ id) => `#${id}`,
    none: (/** @type {string} */ sought) => `No token holds “${sought}”. Try its first letters.`,
    found: (/** @type {number} */ n) => `${plural(n, 'token')} found: arrows choose, Enter takes.`,
  },

  predict: {
    intro:
      'The next token is covered. Stake 100 points on what it could be; then uncover it. Points on the truth keep your bits low, and the model plays along.',
    wait: 'There is nothing to guess yet.',
    over: 'The text has ended: there is no next token. Step back, or take another prompt.',
    covered: 'Covered',
    coveredChip: 'Next token: covered until you have guessed',
    coveredNote: 'The next token is covered until you have guessed it below.',
    coveredSaid: 'The next token is covered.',
    guess: 'Your guess: type a few letters',
    another: 'Another guess',
    full: (/** @type {number} */ n) => `${count(n)} guesses are all there are`,
    stakes: 'Your guesses and their points',
    token: 'Token',
    points: 'Points',
    actions: 'Remove',
    pointsFor: (/** @type {string} */ token) => `Points for “${token}”`,
    remove: 'Remove',
    removeNamed: (/** @type {string} */ token) => `Remove “${token}”`,
    rest: 'All other tokens',
    problem: (/** @type {number} */ most) => `Give every guess at least 1 point, and all together no more than ${most}: one stays with the others.`,
    reveal: 'Reveal',
    outcome: (/** @type {string} */ token, /** @type {string} */ yours, /** @type {string} */ model, /** @type {string} */ even) =>
      `“${token}” is drawn. It costs you ${yours} bits, the model ${model}, an even guess ${even}.`,
    revealed: 'Your points beside the model’s probabilities',
    yourShare: 'You gave',
    modelShare: 'Model',
    rank: 'Rank',
    endShare: 'After the stages',
    next: 'Next round',
    score: 'Score, in bits',
    drawn: 'Drawn',
    you: 'You',
    model: 'Model',
    even: 'Even guess',
    total: (/** @type {number} */ n) => `${plural(n, 'round')} in all`,
    scoreHint: 'Bits are −log₂ of what was given to the token that came. The fewer the better. The model is scored by its own probabilities, before any stage.',
    forget: 'Start the score anew',
  },

  pipeline: {
    order: 'Pipeline',
    own: 'My own',
    /** @type {Record<string, string>} */
    presets: { first: 'First look', huggingFace: 'Seed document, Hugging Face', llamaCpp: 'llama.cpp', greedy: 'Greedy' },
    add: 'Add a stage',
    choose: 'Choose…',
  },

  stages: {
    title: 'Distribution at every stage',
    settings: 'Settings of the stages',
    scale: 'Scale',
    linear: 'Linear',
    log: 'Log',
    token: 'Token',
    rows: 'Rows',
    rowsFit: 'fit',
    rowsBad: (/** @type {number} */ few, /** @type {number} */ most) => `A whole number from ${few} to ${most}, or nothing for as many as fit.`,
    /** @type {Record<string, string>} */
    names: {
      logits: 'Model',
      penalties: 'Penalties',
      bias: 'Bias',
      dry: 'DRY',
      'top-n-sigma': 'Top-nσ',
      temperature: 'Temperature',
      'top-k': 'Top-k',
      typical: 'Typical',
      'top-p': 'Top-p',
      'min-p': 'Min-p',
      epsilon: 'Epsilon',
      eta: 'Eta',
      xtc: 'XTC',
      mirostat: 'Mirostat 2',
    },
    /** @type {Record<string, string>} */
    shortNames: { temperature: 'Temp.', penalties: 'Penal.', typical: 'Typic.', mirostat: 'Miro.' },
    /** @type {Record<string, string>} */
    parameters: {
      value: 'Value',
      repetition: 'Repetition',
      frequency: 'Frequency',
      presence: 'Presence',
      window: 'Window',
      multiplier: 'Multiplier',
      base: 'Base',
      allowedLength: 'Allowed length',
      probability: 'Probability',
      threshold: 'Threshold',
      tau: 'τ, bits',
      eta: 'η',
    },
    mistake: 'Wrong on purpose: these bars show a mistake that others made.',
    setRight: 'Show the right sampler',
    biases: {
      of: (/** @type {string} */ token) => `Added to the logit of “${token}”`,
      remove: (/** @type {string} */ token) => `No bias for “${token}”`,
      add: 'Bias a token',
    },
    moreParameters: (/** @type {number} */ n) => `${count(n)} more`,
    earlier: (/** @type {string} */ stage) => `Move ${stage} one place earlier`,
    later: (/** @type {string} */ stage) => `Move ${stage} one place later`,
    remove: (/** @type {string} */ stage) => `Take ${stage} out`,
    captions: {
      atMost: (/** @type {string} */ bits) => `≤ ${bits} bits`,
      logits: 'softmax of its logits',
      temperature: (/** @type {string} */ value) => `logits ÷ ${value}`,
      greedy: 'greedy: the first only',
      'top-k': (/** @type {string} */ value) => `the first ${value}`,
      'top-p': (/** @type {string} */ value) => `until ${value}`,
      threshold: (/** @type {string} */ value) => `at least ${value}`,
      typical: (/** @type {string} */ value) => `nearest H, until ${value}`,
      xtcSpared: (/** @type {string} */ u, /** @type {string} */ probability) => `u = ${u} ≥ ${probability}: spared`,
      xtcCuts: (/** @type {string} */ u, /** @type {string} */ probability) => `u = ${u} < ${probability}: cuts`,
      changed: 'logits changed',
      off: 'off',
    },
    kept: 'Tokens kept',
    keptMass: 'Mass kept',
    entropy: 'Entropy H, bits',
    choices: 'Choices, 2ᴴ',
    way: {
      region: 'The way of one token',
      title: 'The way of',
      rank: (/** @type {number} */ rank) => `rank ${count(rank)} for the model`,
      take: 'Take this token',
      takeNamed: (/** @type {string} */ token) => `Take “${token}”`,
      unwatch: (/** @type {string} */ token) => `Take “${token}” off the table`,
      logit: (/** @type {string} */ logit) => `logit ${logit}`,
      divided: (/** @type {string} */ was, /** @type {string} */ by, /** @type {string} */ logit) => `${was} ÷ ${by} = ${logit}`,
      changed: (/** @type {string} */ was, /** @type {string} */ logit) => `${was} → ${logit}`,
      power: (/** @type {string} */ logit, /** @type {string} */ greatest, /** @type {string} */ weight) => `e^(${logit} − ${greatest}) = ${weight}`,
      share: (/** @type {string} */ sum, /** @type {string} */ share) => `÷ ${sum} = ${share}`,
      keptShare: (/** @type {string} */ mass, /** @type {string} */ share) => `÷ ${mass} kept = ${share}`,
      kept: 'kept',
      cut: 'cut',
      off: (/** @type {string} */ share) => `off: ${share} stays`,
      gone: 'already cut',
      verdict: (/** @type {string} */ test, /** @type {string} */ verdict) => `${test}: ${verdict}`,
      first: (/** @type {string} */ rank) => `T = 0, rank ${rank}`,
      rankOf: (/** @type {string} */ rank, /** @type {string} */ sign, /** @type {string} */ k) => `rank ${rank} ${sign} ${k}`,
      sumBefore: (/** @type {string} */ sum, /** @type {string} */ sign, /** @type {string} */ p) => `sum before ${sum} ${sign} ${p}`,
      compared: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `${value} ${sign} ${limit}`,
      deviation: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `|−log₂ p − H| = ${value} ${sign} ${limit}`,
      surprise: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `${value} bits ${sign} μ = ${limit}`,
      xtc: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit, /** @type {string} */ u) => `u = ${u}; ${value} ${sign} ${limit}`,
    },
    find: 'Find a token',
    others: (/** @type {number} */ n) => plural(n, 'other token'),
    othersCell: (/** @type {number} */ n, /** @type {string} */ mass) => `${plural(n, 'other token')}: ${mass}`,
    othersKept: (/** @type {number} */ n) => `${count(n)} kept`,
    cut: 'cut',
    cutHere: 'cut here',
    drawn: 'drawn',
    next: 'next',
    inText: 'in the text',
    rank: (/** @type {number} */ rank) => `rank ${count(rank)}`,
    rankShort: (/** @type {number} */ rank) => `#${count(rank)}`,
    slider: (/** @type {string} */ name) => `${name}, slider`,
    offValue: 'off',
    range: (/** @type {number} */ from, /** @type {number} */ to) => `From ${from} to ${to}.`,
    above: (/** @type {number} */ from, /** @type {number} */ to) => `Above ${from}, up to ${to}.`,
    below: (/** @type {number} */ from, /** @type {number} */ to) => `From ${from}, below ${to}.`,
    whole: (/** @type {number} */ from) => `A whole number, ${from} or more.`,
  },

  draw: {
    title: 'The draw',
    needle: (/** @type {string} */ u) => `u = ${u}`,
    source: (/** @type {string} */ seed, /** @type {number} */ position) =>
      `u comes from seed ${seed} and position ${position} alone: it stays while a slider moves.`,
    kept: (/** @type {string} */ stage, /** @type {number} */ kept, /** @type {number} */ of) =>
      `${stage} kept ${count(kept)} of ${count(of)}`,
    cuts: (/** @type {string[]} */ kept) => `${kept.join('; ')}.`,
    nothingCut: (/** @type {number} */ of) => `No stage cut any of the ${plural(of, 'token')}.`,
    falls: (/** @type {string} */ u, /** @type {string} */ token, /** @type {string} */ share) =>
      `u = ${u} falls on “${token}”: ${share}.`,
    drawn: (/** @type {string} */ token, /** @type {string} */ share) => `“${token}” drawn at ${share}.`,
  },

  help: {
    title: 'Help',
    open: 'Help',
    close: 'Close',
    intro: [
      'A language model gives every token of its vocabulary a score, the logit. Softmax turns the scores into probabilities. Each stage then changes them, from left to right, and in the end one number u between 0 and 1 picks the token.',
      'Each row is a token and each column a stage. A solid bar is what a token has after the stage, the small tick what it had before. A hatched bar was cut. Orange marks the token that is drawn.',
    ],
    stagesTitle: 'Stages',
    /** By the stage's name, the first view's first. @type {Record<string, string>} */
    stages: {
      temperature: 'divides the logits. Below 1 the likely get likelier; above 1 the rare get their chance; 0 always takes the first.',
      'top-k': 'keeps the k likeliest tokens. The line runs under the last one kept.',
      'top-p': 'keeps the likeliest tokens until their sum, the staircase, reaches p. The token that crosses the line is kept.',
      'min-p': 'keeps tokens with at least m times the probability of the likeliest: those whose tick reaches the line.',
    },
    draw: 'lays the tokens that are left end to end from 0 to 1. The one under the needle u is drawn.',
    moreStages: 'The other stages',
    /** @type {Record<string, string>} */
    others: {
      penalties: 'lower the logits of tokens that already stand in the text.',
      bias: 'adds a number of its own to the logit of each token it names.',
      dry: 'lowers tokens that would continue a repetition, the more the longer it is.',
      'top-n-sigma': 'keeps logits no more than n standard deviations below the highest.',
      typical: 'keeps the tokens whose surprisal is nearest the entropy, until their sum reaches the value.',
      epsilon: 'keeps tokens with at least this probability.',
      eta: 'does the same with a limit that falls where the entropy is high.',
      xtc: 'by chance cuts all tokens above its threshold but the least likely of them.',
      mirostat: 'keeps tokens up to a surprisal μ, which it moves from token to token so that the text comes to τ bits.',
    },
    placesTitle: 'What is where',
    places: [
      ['Text', 'Choose any token to see its step again. Take another one there, and the text branches.'],
      ['Order', 'Known pipelines. Add a stage, drag one by its name or move it with ‹ ›; × takes it out.'],
      ['Rows', 'Point at one: below the table stands its way through the stages, in numbers. “Find a token” gives any token a row.'],
      ['Lessons', 'Twelve short chapters, each with something to do.'],
      ['Share', 'A link that opens to the same bits; files, pictures, a NumPy script, a frame for another page.'],
    ],
    /** By the panel's name. @type {Record<string, string>} */
    panels: {
      receipt: 'The whole account of one token, to print or to copy.',
      cuts: 'The tokens that each stage took away.',
      branches: 'Every text so far, to compare, name and prune.',
      compare: 'Another pipeline on the same logits and the same u.',
      draws: 'Whether the draw follows the probabilities.',
      sweep: 'What one setting does over its whole range.',
      own: 'Your own numbers through the same sampler.',
      predict: 'Guess the next token, and be scored in bits.',
    },
    keysTitle: 'Keys',
    keys: [
      ['Space', 'play or pause'],
      ['→', 'step'],
      ['←', 'back'],
      ['R', 'reset'],
      ['Esc', 'return to the end of the text'],
      ['?', 'this help'],
      ['← → in the text', 'move from token to token'],
      ['↑ ↓ in the table', 'move from row to row; also Page Up, Page Down, Home, End'],
      ['Enter in the table', 'take this row’s token'],
      ['← → on the tabs', 'move from panel to panel; Enter opens and closes'],
    ],
  },

  share: {
    open: 'Share',
    title: 'Share',
    nothing: 'There is nothing to share yet: no model is open.',
    link: 'Link',
    linkHint:
      'Whoever opens it sees this text drawn again, token by token, each compared with yours. Everything is in the link itself; nothing is stored anywhere.',
    needsFile: 'The model was opened from a file: the other side needs the same one.',
    needsAddress: (/** @type {string} */ address) => `The model’s address is in the link: ${address}`,
    long: (/** @type {string} */ length) => `It has ${length} characters; some programs cut links after 2,000.`,
    name: 'Name, if you like',
    copyLink: 'Copy link',
    copyFrame: 'Copy frame',
    copied: 'Copied.',
    notCopied: 'This browser does not let the page copy. It is marked for you: press Ctrl+C, or ⌘C on a Mac.',
    files: 'Files',
    step: (/** @type {number} */ position) => `This step, position ${count(position)}`,
    view: 'The view, as a picture',
    pictureTitle: (/** @type {number} */ position, /** @type {string} */ token, /** @type {string} */ name) =>
      `Position ${position}: “${token}” · ${name}`,
    run: (/** @type {number} */ tokens) => `The text, ${plural(tokens, 'token')}`,
    /** @type {Record<string, string>} */
    kinds: { json: 'JSON', csv: 'CSV', py: 'NumPy script', svg: 'SVG', png: 'PNG' },
    filesHint: 'Every number with all of its digits. The NumPy script computes the step anew from its logits: keep it beside the JSON file.',
    collecting: 'Collecting the numbers…',
    saved: (/** @type {string} */ file) => `${file} is in your downloads.`,
    notSaved: 'The numbers could not be computed. Close this and look at the notice above the text.',
    frame: 'In another page',
    frameHint:
      'A frame with text, stages and draw, and a link to the full page. It needs no special headers: without them one thread computes, to the same bits.',
    full: 'Open in Logitscope',
    openFrom: (/** @type {string} */ host) => `Open it from ${host}`,
    problems: {
      unknown: {
        sentence: 'What stands behind the # of this address is no link that this page made.',
        advice: 'Copy the link again, from its first letter to its last.',
      },
      newer: {
        sentence: 'This link was made by a newer Logitscope.',
        advice: 'Reload the page to get the newest version, then open the link again.',
      },
      cutOff: {
        sentence: 'This link was cut off: its end is missing.',
        advice: 'Copy it again whole. Some programs shorten long links.',
      },
      damaged: {
        sentence: 'This link is damaged: its letters are not those that were sent.',
        advice: 'Copy it again, from its first letter to its last.',
      },
      draw: {
        sentence: 'This link was made with another version of the random numbers, so other tokens would be drawn.',
        advice: 'Open it in the Logitscope that it comes from.',
      },
      model: (/** @type {string} */ name) => ({
        sentence: `This link was made with another model, “${name}”.`,
        advice: 'Open that very file, and the text follows by itself.',
      }),
      ids: {
        sentence: 'This link names tokens that the model does not have.',
        advice: 'Ask for the link again: this page would not have made it.',
      },
      empty: {
        sentence: 'There is no text in this link.',
        advice: 'Ask for the link again: this page would not have made it.',
      },
      tooLong: {
        sentence: 'The text of this link is longer than the model can hold.',
        advice: 'Ask for a link to a shorter text.',
      },
      settings: {
        sentence: 'This link has settings that this page does not know.',
        advice: 'Reload the page to get the newest version, then open the link again.',
      },
      differs: (/** @type {string} */ position) => ({
        sentence: `At position ${position} another token was drawn here than the link says.`,
        advice: 'The text is shown up to there. Should a link of this page do that, the page has an error: please report it.',
      }),
    },
  },

  notice: {
    confirmed: (/** @type {number} */ n) => `This is the shared text: drawn again, ${n === 1 ? 'its token is' : `all ${count(n)} tokens are`} the same as in the link.`,
    details: 'Details',
    dismiss: 'Dismiss',
    update: 'A new version is ready. It starts when you reload; until then nothing changes.',
    reload: 'Reload now',
  },

  footer: {
    private: 'Everything runs in this browser tab. Nothing is sent anywhere.',
    offline: 'Ready to work offline.',
  },

  errors: {
    noWebAssembly: {
      sentence: 'This browser cannot run the engine, because it lacks WebAssembly.',
      advice: 'Use a current Firefox, Chrome, Edge or Safari (16.4 or later).',
    },
    BadModel: {
      sentence: 'This file is not a model that Logitscope can read.',
      advice: 'It may be damaged or not a GGUF file. Download it again, or open another one.',
    },
    Unsupported: {
      sentence: 'This model is of a kind that Logitscope does not support yet.',
      advice: 'Open a GGUF model of the llama architecture with F32, F16, Q8_0 or Q4_0 weights.',
    },
    OutOfMemory: {
      sentence: 'This model needs more memory than the browser can give.',
      advice: 'Close other tabs and try again, or open a smaller model.',
    },
    Network: {
      sentence: 'The model could not be downloaded.',
      advice: 'Check the connection and the address; the server must allow other sites to read the file.',
    },
    Crash: {
      sentence: 'The engine stopped unexpectedly.',
      advice: 'Reload the page. If the memory was full, a smaller model may help.',
    },
    noWeights: {
      sentence: 'This file holds a vocabulary but no weights, so it cannot generate text.',
      advice: 'Open the GGUF file of a whole model.',
    },
    badAddress: {
      sentence: 'This is not an address of a file.',
      advice: 'It should begin with https:// and lead to a GGUF file.',
    },
    other: {
      sentence: 'Something went wrong that should not have.',
      advice: 'Reload the page. If it happens again, the details below help whoever looks into it.',
    },
  },
};
