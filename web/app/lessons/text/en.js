// Every English sentence of the lessons. Another language is another file with the same keys.
// Beside the token's way: ls-lessons.js shows these words beside the instrument.
// Must not know the instrument: each entry is a string, or a function of what it is told. *…* is set in italics,
// a list inside a body is a list on the page.

export const text = {
  title: 'Lessons',
  close: 'Close the lessons',
  contents: (/** @type {number} */ done, /** @type {number} */ all) => `All lessons: ${done} of ${all} done`,
  forget: 'Start over',
  restore: 'Back to my own text and settings',
  number: (/** @type {number} */ number, /** @type {string} */ title) => `${number}. ${title}`,
  isDone: 'done',
  previous: (/** @type {string} */ title) => `Previous: ${title}`,
  next: (/** @type {string} */ title) => `Next: ${title}`,
  pages: 'Previous and next lesson',
  doThis: 'Do this',
  toLesson: (/** @type {number} */ done, /** @type {number} */ all, /** @type {string} */ title) => `Back: ${title} (${done} of ${all} done)`,
  done: (/** @type {string} */ what) => `Done. ${what}`,
  lessonDone: (/** @type {string} */ title) => `You have finished “${title}”.`,
  check: 'Check',
  noNumber: 'Type a number.',
  notYet: 'The instrument has nothing to compare with yet: wait until a model is open.',
  wrong: (/** @type {string} */ hint) => `Not quite. ${hint}`,
  right: (/** @type {string} */ why) => `Right. ${why}`,
  mistake: 'Make this mistake',

  figure: {
    unfold: 'Show the worked example',
    token: 'Token',
    kept: 'Kept',
    cut: 'cut',
    drawn: 'drawn',
    u: 'The number u',
    falls: (/** @type {string} */ u, /** @type {string} */ token) => `u = ${u} draws “${token}”.`,
    pipeline: (/** @type {string[]} */ stages) => stages.join(', then '),
    computed: 'computed',
    printed: 'printed',
    at: (/** @type {string} */ value) => `T = ${value}`,
    failed: 'This example could not be computed here. Reload the page to try again.',
  },

  chain: {
    caption: 'The last steps of the text in the instrument: what the model had read, and the token that came of it.',
    empty: 'Nothing has been written yet. Press Step in the instrument.',
  },

  chapters: {
    generation: {
      title: 'What generation is',
      body: [
        'A language model does one thing. Given a text, it gives each token of its vocabulary a probability of coming next. A *token* is a piece of text: a word, part of a word, a comma.',
        'To *generate* is to repeat three moves: ask the model, choose one token, append it. There is no hidden sentence that is waiting to be written down. “Once upon a time” becomes “Once upon a time there”, and then “Once upon a time there was”.',
        'In the instrument each row is a token. The first column is what the model says. Every column after it is a stage that changes the probabilities, and at the end one token is drawn.',
      ],
      tasks: {
        write: {
          what: 'Let the model write five tokens: press Step, or → on the keyboard.',
          setups: { story: 'Begin with “Once upon a time”' },
          done: 'Five times the same three moves. That is all of generation; the other lessons look at the choosing.',
        },
        vocabulary: {
          what: 'Among how many tokens does this model choose each time?',
          unit: 'tokens',
          hint: 'The size of the vocabulary stands beside the model’s name at the top of the page. Every token of it has a probability at every step, however small.',
          done: 'All of them have a probability at every step. Those without a row of their own are summed up in the last row.',
        },
      },
    },

    autoregression: {
      title: 'It reads what it wrote',
      body: [
        'A model is *autoregressive* when its output becomes its input. The token that was drawn is appended, and the next distribution is computed from the whole text, that token included.',
        'Say that after “Hello” the model gives “World” 40 % and “there” 30 %. If “World” is drawn, “!” may come next with 50 %. Had it been “there”, the numbers would be others. So one token drawn differently makes everything after it another question.',
        'The formula says the same: the probability of a whole text is the product of its tokens’ probabilities, each given what stands before it.',
      ],
      tasks: {
        redraw: {
          what: 'Write a few tokens. Then go back and put another token where one of them stood. With a new seed, Step draws another one.',
          setups: { story: 'Begin with “Once upon a time”' },
          done: 'One token changed, and with it all that the model will say afterwards.',
        },
        prompt: {
          what: 'Change the prompt until another token is the likeliest to come next.',
          setups: { open: 'Begin with “She was very”' },
          done: 'To the model your words and its own are the same thing: text to be continued.',
        },
      },
    },

    sampling: {
      title: 'Greedy or drawn',
      body: [
        'The model gives probabilities; something else has to choose. *Greedy* decoding always takes the likeliest token. The same prompt then gives the same text each time, and it tends to go round in circles.',
        '*Sampling* draws: a token with 40 % comes up in about 40 of 100 draws. That needs a random number *u* from 0 up to 1. The tokens that are left are laid end to end, each as long as its probability, and the one in which *u* falls is taken.',
        'Random does not mean lost. Here *u* is computed from the seed and the position alone: the same seed, prompt and settings give the same text, bit for bit.',
      ],
      tasks: {
        greedy: {
          what: 'Write five tokens with temperature 0. Then reset, roll another seed with the dice, and write five more.',
          setups: { greedy: 'Set temperature to 0' },
          done: 'Two seeds, one text: where everything stands on one token, u has nothing to choose.',
        },
        drawn: {
          what: 'Now do the same with temperature 1: five tokens under one seed, reset, five under another, until the texts differ.',
          setups: { sampling: 'Set temperature to 1' },
          done: 'The probabilities were the same; only u was not.',
        },
      },
    },

    temperature: {
      title: 'Temperature',
      body: [
        'Before softmax makes probabilities of the logits, each logit is divided by the *temperature* *T*. Below 1 the gaps between logits widen and the likely become likelier. Above 1 they shrink and the rare get their chance. At 0 the likeliest token takes everything.',
        'Temperature never changes a rank and cuts nothing. A token twice as likely as another at *T* = 1 is four times as likely at *T* = 0.5.',
        'A low temperature suits answers that should come out the same; a high one suits variety, and lets nonsense in.',
      ],
      after: [
        'The course that this chapter follows prints the figures in grey. They do not follow from its own formula. The computed ones come from the code that samples in the instrument.',
      ],
      tasks: {
        sharp: {
          what: 'Find a temperature above 0 at which the likeliest token has more than 90 %.',
          setups: { uneven: 'Begin with “Once upon a time, there was a”' },
          done: 'The order of the tokens is what it was; only their shares have moved.',
        },
        flat: {
          what: 'Now one at which even the likeliest token has less than 5 %.',
          setups: { uneven: 'Set temperature to 1' },
          done: 'Thousands of rare tokens now share what the likely ones had. Step a few times and read what comes of it.',
        },
      },
    },

    topK: {
      title: 'Top-k',
      body: [
        'Most of a vocabulary is noise: thousands of tokens, each with a tiny probability, and one of them is drawn now and then. *Top-k* keeps the *k* likeliest tokens and sets the others to zero.',
        'What is left no longer adds up to 1, so each share is divided by their sum. That is *renormalising*. Below, three words hold 90 %: 40 % becomes 0.4 ÷ 0.9 = 44.4 %.',
        'The weakness of a fixed number: where the model is certain, *k* tokens are too many, and where it is not, they are too few.',
      ],
      tasks: {
        smallest: {
          what: 'Find the smallest k that keeps at least 60 % of the mass. “Mass kept” stands under the column.',
          setups: { open: 'Begin with “She was very”' },
          done: 'One token fewer, and it would have been less than 60 %. You have just done by hand what top-p does.',
        },
        lost: {
          what: 'How much of the probability does top-k cut off as it stands now?',
          setups: { three: 'Set k to 3' },
          unit: '%',
          hint: 'Look for “Mass kept” under the column Top-k. What was cut is the rest, up to 100 %.',
          done: 'So much was given to other tokens, and is now shared out among those that were kept.',
        },
      },
    },

    topP: {
      title: 'Top-p, the nucleus',
      body: [
        '*Top-p* keeps as many tokens as it takes. From the likeliest on it adds up probabilities until the sum reaches *p*. These tokens are the *nucleus*; the rest is cut, and the nucleus renormalised.',
        'The token with which the sum crosses *p* is kept. Without it the nucleus would hold less than *p*. Many programs got this wrong; the last lesson shows how.',
        'So the number of tokens follows the shape of the distribution: one where the model is certain, hundreds where it is not.',
      ],
      tasks: {
        three: {
          what: 'Set p so that top-p keeps exactly 3 tokens.',
          setups: { open: 'Begin with “She was very”' },
          done: 'Two tokens were not enough to reach p, three were. See how the staircase crosses the line in the third row.',
        },
        adapts: {
          what: 'Leave p where it is and look at other tokens of the text: find a place where it keeps only 1 token, and one where it keeps 10 or more.',
          setups: { story: 'Set p to 0.9 and write a longer prompt' },
          done: 'One p, very different numbers of tokens. No k could do that.',
        },
      },
    },

    process: {
      title: 'The whole way of a token',
      body: [
        'Here is one step from beginning to end.',
        [
          'The text is cut into tokens, each with a number.',
          'The model reads them all and gives a logit to every token of its vocabulary.',
          'Temperature divides the logits.',
          'Top-k keeps the *k* likeliest tokens.',
          'Top-p keeps the nucleus of those, renormalised.',
          'The number *u* falls on one of the tokens that are left.',
          'That token is appended, and all of it begins again.',
        ],
        'The instrument shows probabilities after every stage, so that you can see what each of them did. Only the last column is drawn from.',
      ],
      tasks: {
        when: {
          what: 'When is u looked at?',
          choices: { first: 'Before the first stage', each: 'At every stage', last: 'After the last stage' },
          why: {
            first: 'The stages need no random number: with the same logits and settings they always give the same columns.',
            each: 'Temperature, top-k and top-p are plain arithmetic. None of them draws anything.',
            last: 'All stages only prepare the last column. One number then draws one token from it.',
          },
        },
        settings: {
          what: 'Leave text and seed alone. Change settings until another token is drawn.',
          setups: { open: 'Begin with “She was very”' },
          done: 'u stayed; the tokens moved under it. What you saw was the settings’ doing, not chance.',
        },
      },
    },

    exercise: {
      title: 'The exercise',
      body: [
        'Take pencil and paper. The prompt is “The”. For the next token the model gives these logits: *cat* 10, *dog* 8, *car* 5, *house* 2, *tree* 1, *book* 0.5.',
        'The settings: *T* = 1, *k* = 3, *p* = 0.9, and *u* = 0.75. Which token is drawn?',
        'Compute it stage by stage: divide by *T*, keep three, apply softmax, keep the nucleus, renormalise, draw. Then answer the questions, and compare with the worked example.',
      ],
      tasks: {
        cat: {
          what: 'What share does “cat” have after top-k?',
          setups: { own: 'Open these logits in the instrument' },
          unit: '%',
          hint: 'Three tokens are left. Divide e to the power of 10 by the sum of e to the powers of 10, 8 and 5: 22026.47 ÷ (22026.47 + 2980.96 + 148.41).',
          done: 'Softmax over the three that are left; the other three have nothing.',
        },
        kept: {
          what: 'How many tokens does top-p keep?',
          unit: 'tokens',
          hint: 'Add the shares after top-k from the likeliest on, and stop with the token that brings the sum to 0.9 or more. That token is kept.',
          done: '“cat” alone does not reach 0.9. “dog” crosses it and stays, “car” goes.',
        },
        dog: {
          what: 'From which u on would “dog” be drawn?',
          unit: '',
          hint: 'In the last column “cat” lies first, from 0 to its own share. “dog” begins where “cat” ends: 22026.47 ÷ (22026.47 + 2980.96).',
          done: 'u = 0.75 is below it, so “cat” is drawn: “The cat”.',
        },
      },
    },

    takeaways: {
      title: 'What to take away',
      body: [
        [
          'Text is made one token at a time; each is appended and read again.',
          'The model gives probabilities. The sampler chooses.',
          'Temperature reshapes them: low is sharp, high is flat, 0 is greedy.',
          'Top-k keeps a fixed number of tokens.',
          'Top-p keeps the fewest tokens that reach the sum *p*.',
          'They are often combined, and their order matters.',
          'With the seed known, every draw can be repeated.',
        ],
        'Three questions to close with. The instrument can answer each of them.',
      ],
      tasks: {
        same: {
          what: 'Which setting alone makes the text the same under every seed?',
          choices: { cool: 'T = 0.5', one: 'k = 1', nucleus: 'p = 0.9' },
          why: {
            cool: 'T = 0.5 makes the likely likelier, but the others can still be drawn. Only T = 0 leaves one.',
            one: 'One token is left, whatever u is. T = 0 does the same.',
            nucleus: 'A nucleus of 0.9 is often one token, but not everywhere. Where there are two, u decides.',
          },
        },
        shape: {
          what: 'Which stage keeps few tokens where the model is certain and many where it is not?',
          choices: { temperature: 'Temperature', topK: 'Top-k', topP: 'Top-p' },
          why: {
            temperature: 'Temperature keeps all tokens. It only changes their shares.',
            topK: 'Top-k keeps the same number everywhere.',
            topP: 'It keeps what it takes to reach p: that depends on the distribution.',
          },
        },
        cuts: {
          what: 'Which tokens can no longer be drawn at T = 0.5?',
          choices: { rare: 'The rare ones', half: 'Half of them', none: 'None: all still can' },
          why: {
            rare: 'They become rarer still, but no probability reaches zero by a division.',
            half: 'T is no share of the vocabulary. It divides logits.',
            none: 'Only T = 0 leaves a single token. Everything else is a matter of shares.',
          },
        },
      },
    },

    mathematics: {
      title: 'The mathematics',
      body: [
        'Let *l* be the logits, one for each token *i* of the vocabulary. Tokens are ranked by their logits, the highest first, and (*r*) is the token of rank *r*.',
        'Every formula below is computed over the whole vocabulary. What has no row of its own on the screen is still in the sums.',
      ],
      tasks: {
        choices: {
          what: 'How many equally likely tokens would be as uncertain as the last column is now?',
          unit: '',
          hint: 'Take the entropy H that stands under the last column, and raise 2 to that power.',
          done: 'Two to the power of the entropy: the effective number of choices.',
        },
        surprisal: {
          what: 'What would be the surprisal of the likeliest token in the first column?',
          unit: 'bits',
          hint: 'Surprisal is how many times one has to halve 1 to come to the probability: 50 % is 1 bit, 25 % are 2. It is −log₂ of the probability.',
          done: 'The likelier a token, the less it surprises. The chips of the text are tinted by this number.',
        },
      },
    },

    order: {
      title: 'Order matters',
      body: [
        'Temperature and top-p do not commute. Take the logits 3, 2, 1 with *T* = 0.5 and *p* = 0.8.',
        'Temperature first: the likeliest token has 87 % when top-p looks, which is enough, and *one* token is kept. Temperature last: top-p sees 67 %, needs the second token too, and *two* are kept.',
        'Hugging Face’s library scales first, and so does the course that these lessons follow. llama.cpp cuts first and applies temperature at the end, so that a high temperature cannot bring back what was cut. Neither is wrong, but numbers from one do not hold for the other.',
      ],
      tasks: {
        swap: {
          what: 'Put temperature behind top-p in the instrument, and see the number of kept tokens change.',
          setups: { first: 'Set T to 0.5 and p to 0.8', both: 'Show both orders side by side' },
          done: 'The same logits, the same two numbers, another set of tokens.',
        },
        why: {
          what: 'Why does temperature first, at T = 0.5, keep fewer tokens?',
          choices: {
            ranks: 'It changes the ranks of the tokens',
            sharpened: 'The likeliest tokens reach p sooner',
            removed: 'Temperature has cut some already',
          },
          why: {
            ranks: 'Dividing all logits by the same number never changes their order.',
            sharpened: 'Sharpened, the first tokens hold more, so that fewer of them add up to p.',
            removed: 'Temperature cuts nothing; every token still has a probability.',
          },
        },
      },
    },

    mistakes: {
      title: 'Mistakes others made',
      body: [
        'All three of these have been shipped in programs that people use. Switch one on, and the instrument shows what it would do. The text is still written by the right sampler.',
      ],
      tasks: {
        crossing: {
          what: 'Dropping the token that crosses p. Switch the mistake on, then find a p at which the true nucleus has two tokens and the wrong one has one.',
          setups: { open: 'Begin with “She was very”' },
          done: 'The nucleus now holds less than p. At worst the share of the first token doubles.',
        },
        early: {
          what: 'Cutting to the 50 highest logits before softmax. By which factor does the likeliest token’s share in the first column grow when you switch the mistake on?',
          setups: { the: 'Begin with “The”' },
          unit: '×',
          hint: 'Read the share of the likeliest token with the mistake on and with it off, and divide the first by the second.',
          done: 'The other tokens’ probability was shared out among 50 and called the model’s. The true first column cannot be had from it any more.',
        },
        zero: {
          what: 'Drawing with “sum ≥ u” instead of “sum > u”, over the whole vocabulary. When u is 0 the walk stops at its very first token, although that was cut. What mends it?',
          setups: { first: 'Show the first token of the vocabulary' },
          choices: {
            tiny: 'Add a tiny number to u',
            exceeds: 'Stop where the sum exceeds u',
            again: 'Draw again if it happens',
          },
          why: {
            tiny: 'Then u can become 1, and rounding can leave the whole sum below it: the walk runs out at the other end.',
            exceeds: 'A token of probability 0 never makes the sum grow, so the sum can never come to exceed u there.',
            again: 'That hides it at a price: the text no longer follows from the seed in one draw.',
          },
        },
      },
    },
  },

  /** The worked examples: the names of their tokens, and what is seen. */
  figures: {
    sampling: {
      names: ['World', 'there', 'friend', 'hello'],
      caption: 'The same four tokens, greedy above and drawn below. Move u.',
    },
    temperature: { names: ['World', 'there', 'friend'], caption: 'The logits 2, 1 and 0.5. Move T.' },
    topK: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: 'Six tokens and their probabilities. Move k.' },
    topP: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: 'The same six tokens. Move p.' },
    exercise: { names: ['cat', 'dog', 'car', 'house', 'tree', 'book'], caption: 'The exercise, computed.' },
    order: { names: ['A', 'B', 'C'], caption: 'The logits 3, 2 and 1 in both orders.' },
    crossing: { names: ['A', 'B', 'C', 'D'], caption: 'Probabilities 50, 30, 15 and 5 %.' },
    zero: { names: ['zebra', 'cat', 'dog', 'car'], caption: 'In the order of the vocabulary. Top-k has cut “zebra”.' },
  },

  formulas: {
    softmax: { name: 'Softmax', says: 'makes probabilities of logits: positive, and 1 in sum.' },
    temperature: { name: 'Temperature', says: 'divides the logits first. As *T* goes to 0, all of it goes to the highest.' },
    topK: { name: 'Top-k', says: 'keeps the first *k* in rank order and renormalises: *q* is what they have then.' },
    nucleus: { name: 'Top-p', says: 'keeps the shortest beginning whose sum reaches *p*. *N* is the nucleus.' },
    draw: { name: 'The draw', says: 'takes the token of rank *R*, the first at which the sum exceeds *u*. A token of probability 0 is never taken.' },
    autoregression: { name: 'Autoregression', says: 'A text’s probability is the product of its tokens’, each given those before it.' },
    surprisal: { name: 'Surprisal', says: 'of a token of probability *p*, in bits.' },
    entropy: { name: 'Entropy', says: 'the surprisal to be expected, in bits. Terms with probability 0 count as 0.' },
    effective: { name: 'Effective choices', says: 'as many equally likely tokens would be just as uncertain.' },
    perplexity: { name: 'Perplexity', says: 'of a text of *n* tokens: 2 to the power of their mean surprisal.' },
  },

  /** Shown where a wrong sampler is, so that nobody takes it for the right one. */
  mistakes: /** @type {Record<string, { name: string, note: string }>} */ ({
    'dropped-crossing': {
      name: 'The crossing token is dropped',
      note: 'top-p keeps tokens only while their sum is below p, so that the kept ones hold less than p. (Where one token alone reaches p, it is left: something has to be drawn.)',
    },
    'cut-at-50': {
      name: 'Cut to 50 before softmax',
      note: 'the first column is the softmax of the 50 highest logits. All shares in it are too large, and the other tokens have vanished.',
    },
    'zero-drawn': {
      name: 'A token of probability zero is drawn',
      note: 'u is 0, which a generator of 24 bits gives once in 16,777,216 draws. The walk through the vocabulary stops where the sum is at least u: at the first token, which was cut.',
    },
  }),
};
