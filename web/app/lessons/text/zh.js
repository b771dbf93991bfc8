// Every Chinese sentence of the lessons, in simplified characters. The keys are those of en.js.
// Beside the token's way: ls-lessons.js shows these words beside the instrument.
// Must not know the instrument: each entry is a string, or a function of what it is told. *…* is set in italics, which
// Chinese has for variables only; a term stands in quotation marks. A list inside a body is a list on the page.

export const text = {
  title: '课程',
  close: '关闭课程',
  contents: (/** @type {number} */ done, /** @type {number} */ all) => `全部课程：已完成 ${done} / ${all}`,
  forget: '从头开始',
  restore: '回到我自己的文本和设置',
  number: (/** @type {number} */ number, /** @type {string} */ title) => `${number}. ${title}`,
  isDone: '已完成',
  previous: (/** @type {string} */ title) => `上一课：${title}`,
  next: (/** @type {string} */ title) => `下一课：${title}`,
  pages: '上一课和下一课',
  doThis: '动手做',
  toLesson: (/** @type {number} */ done, /** @type {number} */ all, /** @type {string} */ title) => `返回：${title}（已完成 ${done} / ${all}）`,
  done: (/** @type {string} */ what) => `完成。${what}`,
  lessonDone: (/** @type {string} */ title) => `你已学完“${title}”。`,
  check: '检查',
  noNumber: '请输入一个数。',
  notYet: '仪器里还没有可以对照的内容：请等模型打开。',
  wrong: (/** @type {string} */ hint) => `还不对。${hint}`,
  right: (/** @type {string} */ why) => `正确。${why}`,
  mistake: '犯这个错误',

  figure: {
    unfold: '展开完整算例',
    token: '词元',
    kept: '保留',
    cut: '剔除',
    drawn: '抽中',
    u: '数 u',
    falls: (/** @type {string} */ u, /** @type {string} */ token) => `u = ${u} 抽中“${token}”。`,
    pipeline: (/** @type {string[]} */ stages) => stages.join(' → '),
    computed: '计算值',
    printed: '原文值',
    at: (/** @type {string} */ value) => `T = ${value}`,
    failed: '这个例子在这里没能算出来。请重新加载页面再试。',
  },

  chain: {
    caption: '仪器中文本的最后几步：模型读到的内容，以及由此得到的词元。',
    empty: '还什么都没有写。请在仪器中按“单步”。',
  },

  chapters: {
    generation: {
      title: '什么是生成',
      body: [
        '语言模型只做一件事：给它一段文本，它就为词表中的每个词元给出“接下来是它”的概率。“词元”是文本的一小块：一个词、词的一部分，或者一个逗号。',
        '“生成”就是反复做三个动作：询问模型，选一个词元，接到文本后面。并没有一句现成的话藏在那里等着写出来。“Once upon a time”变成“Once upon a time there”，再变成“Once upon a time there was”。',
        '在仪器中，每一行是一个词元。第一列是模型的说法；后面的每一列是一个改变概率的阶段；最后从中抽取一个词元。',
      ],
      tasks: {
        write: {
          what: '让模型写五个词元：按“单步”，或按键盘上的 →。',
          setups: { story: '以“Once upon a time”开头' },
          done: '同样的三个动作做了五遍，这就是生成的全部。其余各课讲的都是怎样选。',
        },
        vocabulary: {
          what: '这个模型每次要在多少个词元中选择？',
          unit: '个词元',
          hint: '词表的大小写在页面顶部模型名称的旁边。每一步，其中每个词元都有概率，再小也有。',
          done: '每一步它们全都有概率。没有单独成行的，合计在最后一行里。',
        },
      },
    },

    autoregression: {
      title: '读自己写下的',
      body: [
        '如果模型的输出又成为它的输入，就称它是“自回归”的。抽中的词元接到后面，下一个分布由整段文本算出，包括这个词元在内。',
        '假设在“Hello”之后，模型给“World”40 %，给“there”30 %。如果抽中“World”，接下来“!”可能有 50 %；如果抽中的是“there”，这些数就不同了。所以，一个词元抽得不同，后面的一切就都成了另一个问题。',
        '公式说的是同一件事：整段文本的概率，是其中各词元概率的乘积，每个概率都以它前面的内容为条件。',
      ],
      tasks: {
        redraw: {
          what: '写几个词元，然后退回去，在其中一处换上另一个词元。换一个新种子，按“单步”就会抽中别的。',
          setups: { story: '以“Once upon a time”开头' },
          done: '变了一个词元，模型之后要说的一切也跟着变了。',
        },
        prompt: {
          what: '修改提示词，直到最可能的下一个词元换成另一个。',
          setups: { open: '以“She was very”开头' },
          done: '在模型看来，你的话和它自己的话是一回事：都是要接着写的文本。',
        },
      },
    },

    sampling: {
      title: '贪心还是抽取',
      body: [
        '模型给出概率，选择要由别的东西来做。“贪心”解码总取最可能的词元。这样，同样的提示词每次都得到同样的文本，而且容易来回绕圈子。',
        '“采样”则是抽取：概率为 40 % 的词元，100 次抽取中大约出现 40 次。这需要一个从 0 起、小于 1 的随机数 *u*。把剩下的词元首尾相接地排开，每个的长度等于它的概率，*u* 落在哪一个里，就取哪一个。',
        '随机并不意味着无法重现。这里的 *u* 只由种子和位置算出：种子、提示词和设置相同，文本就逐比特相同。',
      ],
      tasks: {
        greedy: {
          what: '把温度设为 0，写五个词元。然后重置，用骰子换一个种子，再写五个。',
          setups: { greedy: '把温度设为 0' },
          done: '两个种子，同一段文本：全部概率都在一个词元上时，u 没有可选的余地。',
        },
        drawn: {
          what: '现在把温度设为 1，做同样的事：用一个种子写五个词元，重置，再用另一个种子写五个，直到两段文本不同。',
          setups: { sampling: '把温度设为 1' },
          done: '概率是一样的，不一样的只有 u。',
        },
      },
    },

    temperature: {
      title: '温度',
      body: [
        '在 softmax 把 logit 变成概率之前，每个 logit 先除以“温度” *T*。低于 1 时，logit 之间的差距拉大，可能的更可能；高于 1 时，差距缩小，少见的也有机会；为 0 时，最可能的词元独占一切。',
        '温度从不改变名次，也不剔除任何词元。一个词元在 *T* = 1 时的概率若是另一个的两倍，在 *T* = 0.5 时就是四倍。',
        '低温适合每次都应相同的回答；高温带来多样，也会放进胡言乱语。',
      ],
      after: ['灰色的数字印在本章所依据的教程里，与教程自己的公式不符。算出的数字来自仪器中负责采样的那段代码。'],
      tasks: {
        sharp: {
          what: '找一个大于 0 的温度，使最可能的词元超过 90 %。',
          setups: { uneven: '以“Once upon a time, there was a”开头' },
          done: '词元的次序和原来一样，变的只是各自的份额。',
        },
        flat: {
          what: '再找一个温度，使最可能的词元也不到 5 %。',
          setups: { uneven: '把温度设为 1' },
          done: '现在，成千上万个少见的词元分走了常见词元原有的概率。按几次“单步”，读读写出了什么。',
        },
      },
    },

    topK: {
      title: 'Top-k',
      body: [
        '词表中的大部分是噪声：成千上万个词元，每个的概率都极小，但时不时会抽中其中一个。“Top-k”保留最可能的 *k* 个词元，把其余的设为零。',
        '剩下的加起来不再是 1，所以每个份额都要除以它们的和，这叫“重新归一化”。下面的例子中，三个词共占 90 %：40 % 变成 0.4 ÷ 0.9 = 44.4 %。',
        '固定的数目有它的弱点：模型有把握时，*k* 个词元太多；没有把握时，又太少。',
      ],
      tasks: {
        smallest: {
          what: '找出至少保留 60 % 概率的最小 k。“保留的概率”写在该列下方。',
          setups: { open: '以“She was very”开头' },
          done: '再少一个词元，就不到 60 % 了。你刚才亲手做的正是 top-p 的工作。',
        },
        lost: {
          what: '按现在的设置，top-k 剔除了多少概率？',
          setups: { three: '把 k 设为 3' },
          unit: '%',
          hint: '看 Top-k 一列下方的“保留的概率”。剔除的是其余部分，两者合计 100 %。',
          done: '这么多概率原本属于其他词元，现在由留下的词元分享了。',
        },
      },
    },

    topP: {
      title: 'Top-p 与核',
      body: [
        '“Top-p”需要多少词元就保留多少。从最可能的开始累加概率，直到总和达到 *p*。这些词元就是“核”；其余的剔除，核重新归一化。',
        '使总和跨过 *p* 的那个词元要保留，少了它，核就不足 *p*。许多程序都在这里出过错，最后一课会演示。',
        '所以词元的数目随分布的形状而变：模型有把握时一个，没有把握时几百个。',
      ],
      tasks: {
        three: {
          what: '设定 p，使 top-p 恰好保留 3 个词元。',
          setups: { open: '以“She was very”开头' },
          done: '两个词元达不到 p，三个就够了。看看阶梯如何在第三行跨过那条线。',
        },
        adapts: {
          what: '不要动 p，看看文本中的其他词元：找一处只保留 1 个词元的，再找一处保留 10 个以上（含 10 个）的。',
          setups: { story: '把 p 设为 0.9，并写一个较长的提示词' },
          done: '同一个 p，词元数目却大不相同。没有哪个 k 做得到。',
        },
      },
    },

    process: {
      title: '一个词元的全程',
      body: [
        '这是从头到尾的一步。',
        [
          '文本切成词元，每个词元有一个编号。',
          '模型读完全部词元，给词表中的每个词元一个 logit。',
          '每个 logit 除以温度。',
          'Top-k 保留最可能的 *k* 个词元。',
          'Top-p 保留其中的核，并重新归一化。',
          '数 *u* 落在剩下的某个词元上。',
          '把这个词元接到后面，一切重新开始。',
        ],
        '仪器在每个阶段之后都显示概率，让你看清每个阶段做了什么。真正用来抽取的只有最后一列。',
      ],
      tasks: {
        when: {
          what: '什么时候用到 u？',
          choices: { first: '第一个阶段之前', each: '每个阶段', last: '最后一个阶段之后' },
          why: {
            first: '各阶段不需要随机数：logit 和设置相同，得到的各列总是相同。',
            each: '温度、top-k 和 top-p 都只是普通的算术，谁也不抽取。',
            last: '所有阶段都只是在准备最后一列，然后由一个数从中抽取一个词元。',
          },
        },
        settings: {
          what: '不动文本和种子，只改设置，直到抽中另一个词元。',
          setups: { open: '以“She was very”开头' },
          done: 'u 没动，是词元在它下面移动。你看到的是设置的作用，不是偶然。',
        },
      },
    },

    exercise: {
      title: '练习题',
      body: [
        '拿出纸和笔。提示词是“The”。对下一个词元，模型给出这些 logit：cat 10、dog 8、car 5、house 2、tree 1、book 0.5。',
        '设置为：*T* = 1，*k* = 3，*p* = 0.9，而 *u* = 0.75。抽中哪个词元？',
        '一个阶段一个阶段地算：除以 *T*，保留三个，做 softmax，保留核，重新归一化，抽取。然后回答问题，再与完整算例对照。',
      ],
      tasks: {
        cat: {
          what: '经过 top-k 之后，“cat”占多少？',
          setups: { own: '在仪器中打开这些 logit' },
          unit: '%',
          hint: '剩下三个词元。用 e 的 10 次方除以 e 的 10、8、5 次方之和：22026.47 ÷ (22026.47 + 2980.96 + 148.41)。',
          done: '这是剩下三个词元的 softmax，另外三个什么也没有。',
        },
        kept: {
          what: 'Top-p 保留多少个词元？',
          unit: '个词元',
          hint: '从最可能的开始，累加 top-k 之后的份额，加到使总和达到 0.9 或更多的那个词元为止。那个词元要保留。',
          done: '只有“cat”达不到 0.9。“dog”跨过了它，所以留下；“car”出局。',
        },
        dog: {
          what: 'u 从多少起会抽中“dog”？',
          unit: '',
          hint: '在最后一列，“cat”排在最前，从 0 到它自己的份额。“dog”从“cat”结束的地方开始：22026.47 ÷ (22026.47 + 2980.96)。',
          done: 'u = 0.75 比它小，所以抽中“cat”：“The cat”。',
        },
      },
    },

    takeaways: {
      title: '要点',
      body: [
        [
          '文本一次生成一个词元；每个词元都接到后面，再被读进去。',
          '模型给出概率，采样器做出选择。',
          '温度改变概率的形状：低则尖，高则平，0 就是贪心。',
          'Top-k 保留固定数目的词元。',
          'Top-p 保留总和能达到 *p* 的最少的词元。',
          '它们常常合用，而先后顺序有影响。',
          '知道了种子，每次抽取都能重现。',
        ],
        '最后三个问题，仪器都能回答。',
      ],
      tasks: {
        same: {
          what: '哪一项设置单独就能使文本在任何种子下都相同？',
          choices: { cool: 'T = 0.5', one: 'k = 1', nucleus: 'p = 0.9' },
          why: {
            cool: 'T = 0.5 使可能的更可能，但其他词元仍会抽中。只有 T = 0 才只剩一个。',
            one: '无论 u 是多少，都只剩一个词元。T = 0 也是如此。',
            nucleus: '0.9 的核常常只有一个词元，但并非处处如此。有两个时，就由 u 决定。',
          },
        },
        shape: {
          what: '哪个阶段在模型有把握时保留得少，没有把握时保留得多？',
          choices: { temperature: '温度', topK: 'Top-k', topP: 'Top-p' },
          why: {
            temperature: '温度保留所有词元，只改变它们的份额。',
            topK: 'Top-k 在哪里都保留同样多。',
            topP: '达到 p 需要多少，它就保留多少：这取决于分布。',
          },
        },
        cuts: {
          what: '在 T = 0.5 时，哪些词元再也不会抽中？',
          choices: { rare: '少见的', half: '其中一半', none: '没有：全都还会' },
          why: {
            rare: '它们变得更少见，但除法不会使任何概率变为零。',
            half: 'T 不是词表的份额，它是用来除 logit 的。',
            none: '只有 T = 0 才只剩一个词元，其余都只是份额多少的问题。',
          },
        },
      },
    },

    mathematics: {
      title: '数学',
      body: [
        '设 *l* 为各个 logit，词表中的每个词元 *i* 对应一个。词元按 logit 从高到低排名，(*r*) 表示第 *r* 名的词元。',
        '下面的每个公式都在整个词表上计算。屏幕上没有单独成行的，也都在求和之中。',
      ],
      tasks: {
        choices: {
          what: '要有多少个同样可能的词元，才与现在的最后一列同样不确定？',
          unit: '',
          hint: '取最后一列下方的熵 H，求 2 的 H 次方。',
          done: '2 的熵次方，就是有效选择数。',
        },
        surprisal: {
          what: '第一列中最可能的词元，惊异度是多少？',
          unit: '比特',
          hint: '惊异度就是把 1 对半分多少次才得到这个概率：50 % 是 1 比特，25 % 是 2 比特。也就是概率的 −log₂。',
          done: '词元越可能，就越不令人意外。文本中各个词元的底色就是按这个数着色的。',
        },
      },
    },

    order: {
      title: '顺序有影响',
      body: [
        '温度与 top-p 不可交换。取 logit 3、2、1，*T* = 0.5，*p* = 0.8。',
        '温度在前：轮到 top-p 时，最可能的词元有 87 %，已经够了，只保留一个词元。温度在后：top-p 看到的是 67 %，还需要第二个，保留两个词元。',
        'Hugging Face 的库先缩放，这些课所依据的教程也是如此。llama.cpp 先剔除，最后才用温度，这样高温也救不回已剔除的词元。两种做法都没有错，但一边的数值在另一边不成立。',
      ],
      tasks: {
        swap: {
          what: '在仪器中把温度移到 top-p 之后，看保留的词元数目如何变化。',
          setups: { first: '把 T 设为 0.5，p 设为 0.8', both: '并排显示两种顺序' },
          done: '同样的 logit，同样的两个数，留下的词元却不同。',
        },
        why: {
          what: '为什么在 T = 0.5 时，温度在前保留的词元更少？',
          choices: {
            ranks: '它改变了词元的名次',
            sharpened: '最可能的词元更早达到 p',
            removed: '温度已经剔除了一些',
          },
          why: {
            ranks: '所有 logit 除以同一个数，次序永远不变。',
            sharpened: '变尖之后，排在前面的词元占得更多，所以较少几个加起来就达到 p。',
            removed: '温度什么也不剔除，每个词元都还有概率。',
          },
        },
      },
    },

    mistakes: {
      title: '别人犯过的错误',
      body: ['这三个错误都曾随人们使用的程序发布出去。打开其中一个，仪器就会显示它造成的结果。文本仍由正确的采样器来写。'],
      tasks: {
        crossing: {
          what: '丢掉跨过 p 的词元。打开这个错误，然后找一个 p，使正确的核有两个词元，而错误的只有一个。',
          setups: { open: '以“She was very”开头' },
          done: '现在核不足 p。最坏的情况下，第一个词元的份额会翻倍。',
        },
        early: {
          what: '在 softmax 之前就截到最高的 50 个 logit。打开这个错误时，第一列中最可能的词元的份额变为原来的多少倍？',
          setups: { the: '以“The”开头' },
          unit: '×',
          hint: '分别读出错误打开和关闭时最可能的词元的份额，用前者除以后者。',
          done: '其他词元的概率被 50 个词元瓜分，还说成是模型给的。真正的第一列再也无法由此得到。',
        },
        zero: {
          what: '在整个词表上抽取时，用“总和\u00a0≥\u00a0u”代替“总和\u00a0>\u00a0u”。当 u 为 0 时，逐个累加会停在第一个词元上，尽管它已被剔除。怎样改正？',
          setups: { first: '显示词表中的第一个词元' },
          choices: {
            tiny: '给 u 加上一个极小的数',
            exceeds: '在总和超过 u 处停下',
            again: '一旦发生就重新抽取',
          },
          why: {
            tiny: '这样 u 可能变成 1，而舍入会使全部总和小于它：累加会从另一头跑出去。',
            exceeds: '概率为 0 的词元不会使总和变大，所以总和不可能在那里变得超过 u。',
            again: '这是用代价来掩盖问题：文本不再由种子一次抽取确定。',
          },
        },
      },
    },
  },

  /** The worked examples: the names of their tokens, and what is seen. */
  figures: {
    sampling: {
      names: ['World', 'there', 'friend', 'hello'],
      caption: '同样四个词元，上面是贪心，下面是抽取。请移动 u。',
    },
    temperature: { names: ['World', 'there', 'friend'], caption: 'logit 为 2、1、0.5。请移动 T。' },
    topK: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: '六个词元和它们的概率。请移动 k。' },
    topP: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: '同样六个词元。请移动 p。' },
    exercise: { names: ['cat', 'dog', 'car', 'house', 'tree', 'book'], caption: '练习题的计算结果。' },
    order: { names: ['A', 'B', 'C'], caption: 'logit 3、2、1，两种顺序。' },
    crossing: { names: ['A', 'B', 'C', 'D'], caption: '概率为 50、30、15 和 5 %。' },
    zero: { names: ['zebra', 'cat', 'dog', 'car'], caption: '按词表的次序。Top-k 已剔除“zebra”。' },
  },

  formulas: {
    softmax: { name: 'Softmax', says: '把 logit 变成概率：都是正数，总和为 1。' },
    temperature: { name: '温度', says: '先把 logit 除以 *T*。*T* 趋于 0 时，全部概率归于最高者。' },
    topK: { name: 'Top-k', says: '保留排名在前的 *k* 个并重新归一化：*q* 是它们此时的概率。' },
    nucleus: { name: 'Top-p', says: '保留总和达到 *p* 的最短的前段。*N* 就是核。' },
    draw: { name: '抽取', says: '取第 *R* 名的词元，即总和首次超过 *u* 的那一个。概率为 0 的词元永远不会取到。' },
    autoregression: { name: '自回归', says: '一段文本的概率是其中各词元概率的乘积，每个都以它前面的词元为条件。' },
    surprisal: { name: '惊异度', says: '概率为 *p* 的词元的惊异度，单位为比特。' },
    entropy: { name: '熵', says: '惊异度的期望值，单位为比特。概率为 0 的项按 0 计。' },
    effective: { name: '有效选择数', says: '这么多个同样可能的词元，不确定的程度恰好相同。' },
    perplexity: { name: '困惑度', says: '*n* 个词元的文本的困惑度：2 的平均惊异度次方。' },
  },

  /** Shown where a wrong sampler is, so that nobody takes it for the right one. */
  mistakes: /** @type {Record<string, { name: string, note: string }>} */ ({
    'dropped-crossing': {
      name: '丢掉了跨线的词元',
      note: 'Top-p 只在总和小于 p 时才保留词元，所以留下的不足 p。（如果一个词元自己就达到 p，则留下它：总得有可抽的。）',
    },
    'cut-at-50': {
      name: '在 softmax 之前截到 50 个',
      note: '第一列是最高的 50 个 logit 的 softmax。其中所有份额都偏大，其他词元都消失了。',
    },
    'zero-drawn': {
      name: '抽中了概率为零的词元',
      note: 'u 为 0；24 位的生成器每 16,777,216 次抽取会给出一次。沿词表累加，到总和不小于 u 就停下：停在第一个词元上，而它已被剔除。',
    },
  }),
};
