// Every English sentence of the page. Another language is another file with the same keys.
// Beside the token's way: views ask for words here, and for numbers in format.js.
// Must not know the state: each entry is a string, or a function of what it is told.

/** @param {number} n */
const count = (n) => n.toLocaleString('en');
/** @param {number} n @param {string} one @param {string} [many] */
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export const text = {
  language: 'en',
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
    chip: (/** @type {number} */ position, /** @type {string} */ token) => `Position ${position}: “${token}”`,
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
    toNext: 'Back to next token',
    toLast: 'Back to last token',
  },

  stages: {
    title: 'Distribution at every stage',
    settings: 'Settings of the stages',
    scale: 'Scale',
    linear: 'Linear',
    log: 'Log',
    token: 'Token',
    names: { logits: 'Model', temperature: 'Temperature', 'top-k': 'Top-k', 'top-p': 'Top-p', 'min-p': 'Min-p' },
    shortNames: { temperature: 'Temp.' },
    captions: {
      logits: 'softmax of its logits',
      temperature: (/** @type {string} */ value) => `logits ÷ ${value}`,
      greedy: 'greedy: the first only',
      'top-k': (/** @type {number} */ value) => `the first ${count(value)}`,
      'top-p': (/** @type {string} */ value) => `until ${value}`,
      'min-p': (/** @type {string} */ value) => `at least ${value}`,
      off: 'off',
    },
    kept: 'Tokens kept',
    keptMass: 'Mass kept',
    entropy: 'Entropy, bits',
    others: (/** @type {number} */ n) => plural(n, 'other token'),
    othersCell: (/** @type {number} */ n, /** @type {string} */ mass) => `${plural(n, 'other token')}: ${mass}`,
    othersKept: (/** @type {number} */ n) => `${count(n)} kept`,
    cut: 'cut',
    cutFrom: (/** @type {string} */ before) => `cut here, was ${before}`,
    drawn: 'drawn',
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
    others: (/** @type {number} */ n) => plural(n, 'more'),
    source: (/** @type {string} */ seed, /** @type {number} */ position) =>
      `u comes from seed ${seed} and position ${position} alone: it stays while a slider moves.`,
    kept: (/** @type {string} */ stage, /** @type {number} */ kept, /** @type {number} */ of) =>
      `${stage} kept ${count(kept)} of ${count(of)}`,
    nothingCut: (/** @type {number} */ of) => `No stage cut any of the ${plural(of, 'token')}`,
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
    stages: [
      ['Temperature', 'divides the logits. Below 1 the likely get likelier; above 1 the rare get their chance; 0 always takes the first.'],
      ['Top-k', 'keeps the k likeliest tokens. The line runs under the last one kept.'],
      ['Top-p', 'keeps the likeliest tokens until their sum, the staircase, reaches p. The token that crosses the line is kept.'],
      ['Min-p', 'keeps tokens with at least m times the probability of the likeliest: those whose tick reaches the line.'],
      ['The draw', 'lays the tokens that are left end to end from 0 to 1. The one under the needle u is drawn.'],
    ],
    keysTitle: 'Keys',
    keys: [
      ['Space', 'play or pause'],
      ['→', 'step'],
      ['←', 'back'],
      ['R', 'reset'],
      ['?', 'this help'],
      ['← → in the text', 'move from token to token'],
      ['Esc', 'return to the end of the text'],
    ],
  },

  notice: {
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
    Integrity: {
      sentence: 'The file that arrived is not the one expected.',
      advice: 'Download it again, or open another one.',
    },
    Quota: {
      sentence: 'The browser has no room left to store the model.',
      advice: 'Free some space, or open a smaller model.',
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
