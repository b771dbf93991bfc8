// Every Chinese sentence of the page, in simplified characters. The keys are those of en.js.
// Beside the token's way: views ask for words here, and for numbers in format.js.
// Must not know the state: each entry is a string, or a function of what it is told.

const whole = new Intl.NumberFormat('zh'); // made once: toLocaleString looks its locale up at each call
/** @param {number} n */
const count = (n) => whole.format(n);
/** @param {number} n */
const tokenCount = (n) => `${count(n)} 个词元`;
/** A name that begins a sentence: "温度剔除了", but "Top-k 剔除了". @param {string} name */
const leading = (name) => name.replace(/(?<=[\p{Script=Latin}\p{Script=Greek}\p{N}])$/u, ' ');
/** A name within a sentence: "把温度前移", but "把 Top-k 前移". @param {string} name */
const within = (name) => leading(name.replace(/^(?=[\p{Script=Latin}\p{Script=Greek}\p{N}])/u, ' '));

export const text = {
  language: 'zh',
  languageLabel: '语言',
  brand: 'Logitscope',
  tagline: '看语言模型如何选出下一个词元',
  skip: '跳到各阶段',

  model: {
    open: '打开模型',
    facts: (/** @type {string} */ parameters, /** @type {string} */ type, /** @type {number} */ vocabulary) =>
      `参数 ${parameters} · ${type} · 词表 ${count(vocabulary)}`,
    title: '模型',
    shipped: '使用本页自带的模型',
    file: '打开本机上的 GGUF 文件',
    fileHint: '也可以把文件拖到页面上的任意位置。文件不会离开你的设备。',
    url: '或从网址打开',
    urlPlaceholder: 'https://…/model.gguf',
    urlGo: '打开',
    urlHint: '服务器必须允许其他网站读取该文件（CORS）。',
    drop: '松开即可打开 GGUF 文件',
    now: '当前模型',
    rows: {
      name: '名称',
      architecture: '架构',
      license: '许可证',
      parameters: '参数',
      weights: '权重',
      vocabulary: '词表',
      shape: '结构',
      context: '最长文本',
      memory: '文件、内存',
      computing: '计算方式',
    },
    computing: (/** @type {string} */ kernels, /** @type {number} */ threads) => `${leading(kernels)}内核，${count(threads)} 个线程`,
    /** @type {Record<string, string>} */
    kernels: { reference: '参考', simd: 'SIMD', relaxed: '宽松 SIMD' },
    tokens: tokenCount,
    shape: (/** @type {number} */ layers, /** @type {number} */ dim, /** @type {number} */ heads, /** @type {number} */ kvHeads) =>
      `${layers} 层，宽度 ${dim}，${heads} 个注意力头（键和值 ${kvHeads} 个）`,
    unknown: '未注明',
    unnamed: '未命名的模型',
  },

  lessons: {
    open: '课程',
  },

  load: {
    title: '正在载入模型',
    progress: (/** @type {string} */ loaded, /** @type {string} */ total) => `${loaded} / ${total}`,
    opening: '正在准备…',
    cancel: '取消',
    reading: '正在读取提示词',
  },

  prompt: {
    label: '提示词',
    default: 'Once upon a time',
    empty: '请至少输入一个字符：这个模型需要一个开头才能往下写。',
    tooLong: (/** @type {number} */ tokens, /** @type {number} */ limit) =>
      `提示词有 ${count(tokens)} 个词元，而这个模型最多容纳 ${count(limit)} 个。请缩短。`,
  },

  timeline: {
    label: '逐个词元的文本',
    chip: (/** @type {number} */ position, /** @type {string} */ token, /** @type {string} */ origin) => `位置 ${position}：“${token}”，${origin}`,
    given: '来自提示词',
    start: '文本开头',
    surprisal: (/** @type {string} */ bits) => `惊异度 ${bits} 比特`,
    next: (/** @type {string} */ token) => `下一个会抽中：“${token}”`,
    legend: '惊异度（比特）',
    ended: '模型在这里结束了文本。',
    full: '模型的上下文已满。',
  },

  transport: {
    label: '播放控制',
    step: '单步',
    play: '播放',
    pause: '暂停',
    back: '后退',
    reset: '重置',
    speed: '速度',
    speeds: { 1: '1 词元/秒', 2: '2 词元/秒', 5: '5 词元/秒', 10: '10 词元/秒', 0: '全速' },
    seed: '种子',
    seedBad: '请输入 0 到 18446744073709551615 之间的整数。',
    dice: '随机换一个种子',
  },

  note: {
    why: '为什么？',
    nextToken: '下一个词元。',
    next: (/** @type {string} */ token) => `按“单步”会抽中“${token}”。点选上方的词元可以回看。`,
    end: '按“单步”会结束文本。',
    position: (/** @type {number} */ position) => `位置 ${position}。`,
    given: (/** @type {string} */ token, /** @type {number} */ rank) =>
      `这里的“${token}”来自提示词，在模型看来排第 ${count(rank)}。`,
    same: (/** @type {string} */ token) => `这里抽中了“${token}”。`,
    other: (/** @type {string} */ token, /** @type {string} */ drawn) => `文本在这里是“${token}”。按现在的设置会抽中“${drawn}”。`,
    restore: '恢复当时的设置',
    taken: (/** @type {string} */ token) => `这里的“${token}”是手动选定的，不是抽中的。`,
    branch: (/** @type {string} */ token) => `从这里改用“${token}”继续`,
    toNext: '回到下一个词元',
    toLast: '回到最后一个词元',
  },

  sparkline: {
    surprisal: '惊异度',
    entropy: '熵',
    mean: (/** @type {string} */ bits) => `平均 ${bits} 比特`,
    summary: (/** @type {string} */ surprisal, /** @type {string} */ entropy) =>
      `平均每个词元：惊异度 ${surprisal} 比特，熵 ${entropy} 比特`,
  },

  branches: {
    how: '回看任意一个词元，在那里改用另一个，文本就分出一支。每条分支都留在这里，直到你剪除它。',
    trunk: '起于提示词',
    from: (/** @type {number} */ position) => `在位置 ${position} 分出`,
    unnamed: (/** @type {number} */ number) => `分支 ${number}`,
    name: '分支的名称',
    compare: '对比',
    prune: '剪除',
    pruned: (/** @type {string} */ name) => `“${name}”已剪除。`,
    regrow: '撤销',
    pruneNamed: (/** @type {string} */ name) => `剪除“${name}”`,
    sideBySide: '并排对比',
    cost: (/** @type {number} */ tokens, /** @type {string} */ sum, /** @type {string} */ mean) =>
      `这一段有 ${count(tokens)} 个词元：共 ${sum} 比特，平均每个 ${mean} 比特。`,
  },

  panels: {
    title: '深入查看',
    /** @type {Record<string, string>} */
    names: {
      receipt: '为什么是它？',
      cuts: '剔除了什么？',
      branches: '分支',
      compare: '两条流水线',
      draws: '抽 1,000 次',
      sweep: '扫描',
      own: '自拟 logit',
      predict: '预测',
    },
  },

  cuts: {
    how: '每个阶段在这个位置剔除的词元：可能性最大的在前，各自标出此前的概率。按下一个词元，可在所有阶段里跟踪它。',
    cut: (/** @type {number} */ n, /** @type {string} */ mass) => `剔除 ${tokenCount(n)}，${n === 1 ? '' : '合计 '}${mass}`,
    follow: (/** @type {string} */ token) => `在所有阶段里跟踪“${token}”`,
    more: (/** @type {number} */ n) => `另有 ${tokenCount(n)}可能性更小。`,
  },

  draws: {
    intro: '一个词元只是一次抽取，什么也证明不了。这里用同一个引擎把同一步反复抽取，每次换一个种子。',
    count: '抽取次数',
    run: (/** @type {number} */ n) => `抽取 ${count(n)} 次`,
    again: '换一批种子再抽',
    seeds: (/** @type {string} */ first, /** @type {string} */ last) =>
      `种子从 ${first} 到 ${last}，每次抽取用一个。每个 u 仍由生成器给出，不同的只有种子。`,
    progress: (/** @type {number} */ done, /** @type {number} */ n) => `已抽取 ${count(done)} / ${count(n)} 次`,
    wait: '还没有可以抽取的分布。',
    single: (/** @type {string} */ token) => `只剩下“${token}”：每次都抽中它，没有什么可检验的。请让各阶段多保留一些词元。`,
    tooFew: '词元太多而抽取太少：没有一个的期望次数达到五次。请多抽几次。',
    caption: '每个词元的期望次数和观测次数',
    token: '词元',
    expected: '期望',
    observed: '观测',
    difference: '差',
    picture: '条为观测，短线为期望',
    drawnOf: (/** @type {number} */ observed, /** @type {string} */ expected) => `抽中 ${count(observed)} 次，期望 ${expected} 次`,
    pooled: (/** @type {number} */ n) => `合并 ${count(n)} 个更少见的词元`,
    pooledWhy: '期望次数不足五次的词元合并计数，这是检验的要求。',
    more: (/** @type {number} */ n) => `另有 ${tokenCount(n)}，各自参与检验，但不在此列出`,
    statistic: '卡方',
    freedom: '自由度',
    p: 'p 值',
    verdict: {
      nothing: (/** @type {number} */ n) =>
        `这样的实验每做 100 次，约有 ${count(n)} 次会出现这么大或更大的偏差：没有迹象表明抽取有问题。`,
      always: '这样的实验几乎每次都会出现这么大或更大的偏差：没有迹象表明抽取有问题。',
      seldom: (/** @type {number} */ n) =>
        `这样的实验每做 1,000 次，约有 ${count(n)} 次会出现这么大或更大的偏差。偶然也会这样：换一批种子再抽。`,
      hardly: '这样的实验每做 1,000 次，出现这么大或更大偏差的不到 1 次。如果换了种子还是这样，抽取就没有遵循概率。',
      impossible: (/** @type {number} */ n) => `有 ${count(n)} 次抽中了已被剔除的词元。这绝不应该发生：抽取是错的。`,
    },
  },

  sweep: {
    intro: '在这一步，让一个设置项走遍它的整个范围，其余不变。会剩下什么？最前面的词元有多大概率？',
    parameter: '设置项',
    present: '已在流水线中',
    added: '可加在末尾',
    option: (/** @type {string} */ stage, /** @type {string} */ parameter) => `${leading(stage)}的${within(parameter).trimEnd()}`,
    nth: (/** @type {string} */ stage, /** @type {number} */ place) => `${stage}（第 ${place} 阶段）`,
    wait: '还没有可看的内容。',
    noParameter: '没有哪个阶段有可以扫描的设置项。',
    charts: (/** @type {string} */ setting) => `扫描${within(setting).trimEnd()}。方向键移动，Enter 键设为该值`,
    hint: '在图上移动指针或用方向键读数；单击或按 Enter 键设为该值。',
    kept: '保留的词元',
    keptMass: '未被剔除的概率',
    entropy: '熵（比特）',
    choices: '有效选择数',
    tokens: '末端最可能的词元',
    drawn: '会抽中',
    quantity: '项目',
    here: (/** @type {string} */ value) => `指针处：${value}`,
    now: (/** @type {string} */ value) => `当前：${value}`,
    summary: (/** @type {string} */ value, /** @type {string} */ kept, /** @type {string} */ entropy, /** @type {string} */ mass) =>
      `${value}：保留 ${kept} 个，熵 ${entropy} 比特，概率 ${mass}`,
    set: (/** @type {string} */ setting, /** @type {string} */ value) => `把${within(setting)}设为 ${value}`,
    all: '全部数值',
    caption: (/** @type {string} */ setting) => `${leading(setting)}取各个值时剩下什么`,
  },

  own: {
    intro: '把你自己的名称和数值送进同一个采样器。不需要模型，也没有任何内容离开本页。',
    preset: '示例',
    presets: {
      exercise: '练习题：“The” → “cat”',
      temperature: '温度：2、1、0.5',
      order: '顺序有影响：3、2、1',
      crossing: '跨线的词元留下：p = 0.6 保留 2 个',
      reaching: '恰好达到：p = 0.8 保留 3 个',
      tie: '并列',
      certain: '几乎确定',
    },
    mine: '自定义',
    input: '名称和数值',
    hint: '每行一个，如“cat 10”。也可以用逗号或制表符分隔；JSON 列表、JSON 对象或只有数值都可以。',
    kind: '数值是',
    kinds: { logits: 'logit', probabilities: '概率' },
    lnHint: (/** @type {string} */ sum) => `它们的对数就是 logit。总和为 ${sum}，softmax 会除以总和。`,
    counted: (/** @type {number} */ n) => `读到 ${tokenCount(n)}。`,
    problems: {
      empty: '请至少写一个数值。',
      number: (/** @type {number} */ line, /** @type {string} */ found) => `第 ${count(line)} 行：“${found}”应为一个名称和一个数值，如“cat 10”。`,
      decimalComma: (/** @type {number} */ line, /** @type {string} */ found) =>
        `第 ${count(line)} 行：“${found}”中的逗号可能是小数点。小数请用点号：“10.5”。`,
      json: (/** @type {number} */ line, /** @type {string} */ found) =>
        `第 ${count(line)} 行，“${found}”处：这里应为数值、"名称": 数值 或 ["名称", 数值]，之间用英文逗号隔开。`,
      tooMany: (/** @type {number} */ line, /** @type {string} */ found) => `${found} 个数值太多：采样器最多接受 1,048,576 个。`,
      tooLarge: (/** @type {number} */ line, /** @type {string} */ found) => `第 ${count(line)} 行：${found} 作为 logit 太大（最大 3.4e38）。`,
      negative: (/** @type {number} */ line, /** @type {string} */ found) => `第 ${count(line)} 行：${found} 是负数，而概率不能为负。`,
      nothing: '至少要有一个概率大于 0。',
    },
    stages: '阶段',
    table: '你的词元在每个阶段的情况',
    token: '词元',
    logit: 'logit',
    softmax: 'softmax',
    cut: '剔除',
    others: (/** @type {number} */ n) => `另有 ${tokenCount(n)}未列出`,
    kept: '保留的词元',
    keptMass: '保留的概率',
    entropy: '熵（比特）',
    draw: '抽取',
    seed: '种子',
    position: '位置',
    u: '手动指定 u',
    uHint: '采样器只根据种子和位置得出 u。在这里写一个 u，可以看它按同样的规则会落在哪里。',
    uBad: '从 0 起，小于 1。',
    seedBad: '请输入 0 到 18446744073709551615 之间的整数。',
    positionBad: '请输入不小于 0 的整数。',
    byHand: (/** @type {string} */ u, /** @type {string} */ token, /** @type {string} */ share) =>
      `手动指定的 u = ${u} 落在“${token}”上：${share}。`,
  },

  receipt: {
    /** Of the token that u falls on. @type {Record<string, (token: string, u: string, from: string, to: string) => string>} */
    chosen: {
      drawn: (token, u, from, to) => `抽中“${token}”，是因为 u = ${u} 落在概率条上属于它的一段（从 ${from} 到 ${to}）。`,
      next: (token, u, from, to) => `接下来会抽中“${token}”，因为 u = ${u} 落在概率条上属于它的一段（从 ${from} 到 ${to}）。`,
      taken: (token, u, from, to) =>
        `“${token}”是手动选定的。不选也会抽中它：u = ${u} 落在概率条上属于它的一段（从 ${from} 到 ${to}）。`,
      given: (token, u, from, to) =>
        `“${token}”来自提示词。按现在的设置也会抽中它：u = ${u} 落在概率条上属于它的一段（从 ${from} 到 ${to}）。`,
    },
    /** Of another token. @type {Record<string, (token: string, drawn: string, u: string, from: string, to: string) => string>} */
    other: {
      drawn: (token, drawn, u, from, to) => `这里是“${token}”，但重新计算时 u = ${u} 落在“${drawn}”上（从 ${from} 到 ${to}）。`,
      next: (token, drawn, u, from, to) => `接下来不会抽中“${token}”：u = ${u} 落在“${drawn}”上（从 ${from} 到 ${to}）。`,
      taken: (token, drawn, u, from, to) =>
        `“${token}”是手动选定的，不是抽中的：u = ${u} 落在“${drawn}”上（从 ${from} 到 ${to}）。`,
      given: (token, drawn, u, from, to) =>
        `“${token}”来自提示词，不是抽中的。按现在的设置会抽中“${drawn}”：u = ${u} 落在概率条上属于它的一段（从 ${from} 到 ${to}）。`,
    },
    cuts: (/** @type {{ stage: string, count: number }[]} */ cuts) =>
      `${cuts.map(({ stage, count: n }, i) => `${leading(stage)}剔除了 ${count(n)} 个${i === 0 ? '对手' : ''}`).join('，')}。`,
    nothingCut: (/** @type {number} */ n) => `没有阶段剔除对手：全部 ${tokenCount(n)}都在概率条上。`,
    removed: (/** @type {string} */ token, /** @type {string} */ stage) => `“${token}”自己被${within(stage)}剔除了。`,
    ownPart: (/** @type {string} */ token, /** @type {string} */ from, /** @type {string} */ to) => `属于“${token}”的一段从 ${from} 到 ${to}。`,
    moment: '所有数值都取自抽中它时的设置；现在的设置已经不同。',
    momentTaken: '所有数值都取自选定它时的设置；现在的设置已经不同。',
    restore: '恢复当时的设置',
    stages: '在每个阶段',
    stage: '阶段',
    rank: '名次',
    prob: '概率',
    told: '发生了什么',
    rankOf: (/** @type {number} */ rank) => count(rank),
    plainStage: (/** @type {string} */ stage, /** @type {number} */ rank, /** @type {string} */ prob, /** @type {string} */ told) =>
      `${stage}：第 ${count(rank)} 名，${prob}。${told}`,
    stageTitle: (/** @type {string} */ stage, /** @type {string} */ value) => `${stage} ${value}`,
    stageTitles: (/** @type {string} */ stage, /** @type {string[]} */ values) => `${stage}（${values.join('；')}）`,
    parameter: (/** @type {string} */ name, /** @type {string} */ value) => `${name} ${value}`,
    biasTitle: (/** @type {string} */ stage, /** @type {number} */ n) => `${stage}（${tokenCount(n)}）`,
    offTitle: (/** @type {string} */ stage) => `${stage}，关闭`,
    cutHere: '因此在这里被剔除。',
    cut: (/** @type {number} */ n, /** @type {string} */ mass, /** @type {string} */ token, /** @type {string} */ prob) =>
      n === 1
        ? `这里剔除了一个词元：“${token}”，概率 ${prob}。`
        : `这里剔除了 ${tokenCount(n)}，合计 ${mass}；其中最可能的是“${token}”，概率 ${prob}。`,
    measures: {
      model: (/** @type {string} */ logit) => `模型给它的 logit 是 ${logit}。`,
      gone: '它在前面已被剔除。',
      off: '关闭：不改变任何东西。',
      greedy: '温度为 0 时只保留最可能的词元。',
      temperature: (/** @type {string} */ before, /** @type {string} */ value, /** @type {string} */ after) =>
        `它的 logit：${before} ÷ ${value} = ${after}。`,
      withinK: (/** @type {number} */ place, /** @type {number} */ k, /** @type {number} */ margin) =>
        `排第 ${count(place)}，在前 ${count(k)} 名之内（还有 ${count(margin)} 名的余地）。`,
      beyondK: (/** @type {number} */ place, /** @type {number} */ k) => `排第 ${count(place)}；只留下前 ${count(k)} 名。`,
      firstP: '没有比它更可能的词元：第一名总会留下。',
      withinP: (/** @type {string} */ before, /** @type {string} */ p, /** @type {string} */ margin) =>
        `比它更可能的词元合计 ${before}，离 ${p} 还差 ${margin}，所以它留下：跨过 ${p} 的那个词元要保留。`,
      beyondP: (/** @type {string} */ before, /** @type {string} */ p) => `比它更可能的词元合计已有 ${before}，达到了 ${p}。`,
      aboveLeast: (/** @type {string} */ prob, /** @type {string} */ least, /** @type {string} */ margin) =>
        `它有 ${prob}；要求至少 ${least}（超出 ${margin}）。`,
      belowLeast: (/** @type {string} */ prob, /** @type {string} */ least, /** @type {string} */ margin) =>
        `它有 ${prob}；要求至少 ${least}（还差 ${margin}）。`,
      typical: (/** @type {string} */ surprisal, /** @type {string} */ entropy, /** @type {string} */ deviation, /** @type {string} */ most) =>
        `它的惊异度为 ${surprisal} 比特，与熵 ${entropy} 相差 ${deviation}；相差不超过 ${most} 的保留。`,
      sigma: (/** @type {string} */ logit, /** @type {string} */ least, /** @type {string} */ margin, /** @type {boolean} */ stays) =>
        `它的 logit 是 ${logit}，比保留的下限 ${least} ${stays ? '高' : '低'} ${margin}。`,
      xtcHit: (/** @type {string} */ chance, /** @type {string} */ probability, /** @type {string} */ prob, /** @type {string} */ threshold) =>
        `随机触发：${chance} 小于 ${probability}。概率不低于 ${threshold} 的词元中只留下最不可能的一个；它有 ${prob}。`,
      xtcMissed: (/** @type {string} */ chance, /** @type {string} */ probability) => `没有触发：${chance} 不小于 ${probability}。什么都不剔除。`,
      mirostat: (/** @type {string} */ surprisal, /** @type {string} */ mu, /** @type {boolean} */ stays) =>
        `它的惊异度为 ${surprisal} 比特；${stays ? '不超过' : '只有不超过'} μ = ${mu} 比特的留下。`,
      penalties: (/** @type {number} */ times, /** @type {number} */ window, /** @type {string} */ before, /** @type {string} */ after) =>
        times === 0
          ? `最近 ${tokenCount(window)}中没有它：它的 logit 仍是 ${after}。`
          : `它在最近 ${tokenCount(window)}中出现了 ${count(times)} 次：它的 logit 从 ${before} 变为 ${after}。`,
      bias: (/** @type {string} */ before, /** @type {string} */ after) =>
        before === after ? `它没有偏置：logit 仍是 ${after}。` : `偏置使它的 logit 从 ${before} 变为 ${after}。`,
      dryNone: '它不会造成重复。',
      dry: (/** @type {number | null} */ length, /** @type {string} */ before, /** @type {string} */ after) =>
        length === null
          ? `它会延续一处重复：logit 从 ${before} 变为 ${after}。`
          : `它会延续一处 ${tokenCount(length)}的重复：logit 从 ${before} 变为 ${after}。`,
    },
    drawTitle: '抽取',
    margins: (/** @type {string} */ below, /** @type {string} */ above) => `u 距这一段的起点 ${below}，距终点 ${above}。`,
    below: (/** @type {string} */ at, /** @type {string} */ token) => `u 若略小于 ${at}，抽中的就是“${token}”。`,
    above: (/** @type {string} */ at, /** @type {string} */ token) => `u 若从 ${at} 起，抽中的就是“${token}”。`,
    alone: '概率条上只有它：无论 u 是多少都会抽中它。',
    around: (/** @type {string} */ from, /** @type {string} */ to) => `u 附近的概率条，从 ${from} 到 ${to}`,
    print: '打印',
    copy: '复制为文本',
    copied: '已复制。',
    copyByHand: '浏览器不允许复制。文本已在下方选中：请按 Ctrl+C 复制。',
    plain: '文本形式的说明',
  },

  compare: {
    how: '两条流水线得到模型给出的同一组 logit 和同一个 u。差别只来自各阶段及其顺序。',
    first: '流水线 A，即上方所示',
    second: '流水线 B',
    order: (/** @type {string[]} */ stages) => (stages.length > 0 ? stages.join(' → ') : '没有阶段'),
    copy: '把 A 复制到 B',
    swap: '交换 A 和 B',
    stop: '结束比较',
    keeps: (/** @type {number} */ kept) => `保留 ${count(kept)} 个`,
    agree: (/** @type {string} */ u, /** @type {string} */ token) => `u = ${u} 时两者都抽中“${token}”。`,
    disagree: (/** @type {string} */ u, /** @type {string} */ a, /** @type {string} */ b) => `u = ${u} 时 A 抽中“${a}”，B 抽中“${b}”。`,
    sameSets: (/** @type {number} */ n) => `两者保留同样的 ${tokenCount(n)}。`,
    sets: (/** @type {number} */ both, /** @type {number} */ a, /** @type {number} */ b) =>
      `两者都保留 ${tokenCount(both)}，仅 A 保留 ${count(a)} 个，仅 B 保留 ${count(b)} 个。`,
    distance: (/** @type {string} */ distance) => `总变差距离：${distance}。`,
    distanceHint:
      '把每个词元在两边的概率之差取绝对值，加起来再除以二。0 %：分布相同；100 %：没有共同的词元。如果两边各自重新抽取 u，再怎么配合也至少有这么大比例的抽取结果不同。',
    measures: '两者的数值',
    measure: '指标',
    a: 'A',
    b: 'B',
    kept: '保留的词元',
    mass: '模型原本给它们的概率',
    entropy: '熵（比特）',
    choices: '有效选择数 2^H',
    draws: '用这个 u 抽中',
    drawn: (/** @type {string} */ token, /** @type {string} */ prob) => `“${token}”，${prob}`,
    table: '留待抽取的词元',
    token: '词元',
    keptBy: '保留于',
    /** @type {Record<string, string>} */
    sides: { both: '两者', a: '仅 A', b: '仅 B' },
    drawnBy: { both: '两者都抽中', a: 'A 抽中', b: 'B 抽中' },
    cut: '剔除',
    others: (/** @type {number} */ n) => `其他 ${tokenCount(n)}`,
  },

  tokenField: {
    id: (/** @type {number} */ id) => `#${id}`,
    none: (/** @type {string} */ sought) => `没有词元含有“${sought}”。试试它的前几个字母。`,
    found: (/** @type {number} */ n) => `找到 ${tokenCount(n)}：方向键选择，Enter 键确定。`,
  },

  predict: {
    intro: '下一个词元被盖住了。把 100 分押在你认为可能的词元上，然后揭开。押在答案上的分越多，你的比特数越低；模型也同场参加。',
    wait: '还没有可猜的词元。',
    over: '文本已经结束，没有下一个词元。请后退，或换一个提示词。',
    covered: '已盖住',
    coveredChip: '下一个词元：猜完之前盖住',
    coveredNote: '下一个词元已盖住，请先在下方猜一猜。',
    coveredSaid: '下一个词元已盖住。',
    guess: '你的猜测：输入几个字母',
    another: '再猜一个',
    full: (/** @type {number} */ n) => `最多猜 ${count(n)} 个`,
    stakes: '你的猜测和所押的分',
    token: '词元',
    points: '分',
    actions: '移除',
    pointsFor: (/** @type {string} */ token) => `押在“${token}”上的分`,
    remove: '移除',
    removeNamed: (/** @type {string} */ token) => `移除“${token}”`,
    rest: '所有其他词元',
    problem: (/** @type {number} */ most) => `每个猜测至少押 1 分，合计不超过 ${most} 分：要留 1 分给其他词元。`,
    reveal: '揭晓',
    outcome: (/** @type {string} */ token, /** @type {string} */ yours, /** @type {string} */ model, /** @type {string} */ even) =>
      `抽中“${token}”。你用了 ${yours} 比特，模型 ${model}，均匀猜测 ${even}。`,
    revealed: '你押的分与模型的概率对照',
    yourShare: '你给的',
    modelShare: '模型',
    rank: '名次',
    endShare: '各阶段之后',
    next: '下一轮',
    score: '得分（比特）',
    drawn: '抽中',
    you: '你',
    model: '模型',
    even: '均匀猜测',
    total: (/** @type {number} */ n) => `共 ${count(n)} 轮`,
    scoreHint: '比特数是 −log₂ p，其中 p 是给抽中词元的份额；越少越好。模型按它自己的概率计分，不经过任何阶段。',
    forget: '重新计分',
  },

  pipeline: {
    order: '流水线',
    own: '自定义',
    /** @type {Record<string, string>} */
    presets: { first: '初次体验', huggingFace: '教程、Hugging Face', llamaCpp: 'llama.cpp', greedy: '贪心' },
    add: '添加阶段',
    choose: '请选择…',
  },

  stages: {
    title: '每个阶段的分布',
    settings: '各阶段的设置',
    scale: '刻度',
    linear: '线性',
    log: '对数',
    token: '词元',
    rows: '行数',
    rowsFit: '自动',
    rowsBad: (/** @type {number} */ few, /** @type {number} */ most) => `请输入 ${few} 到 ${most} 之间的整数，或留空以自动适应。`,
    /** @type {Record<string, string>} */
    names: {
      logits: '模型',
      penalties: '惩罚',
      bias: '偏置',
      dry: 'DRY',
      'top-n-sigma': 'Top-nσ',
      temperature: '温度',
      'top-k': 'Top-k',
      typical: '典型采样',
      'top-p': 'Top-p',
      'min-p': 'Min-p',
      epsilon: 'Epsilon',
      eta: 'Eta',
      xtc: 'XTC',
      mirostat: 'Mirostat 2',
    },
    /** @type {Record<string, string>} */
    shortNames: { temperature: '温度', penalties: '惩罚', typical: '典型', mirostat: 'Miro.' },
    /** @type {Record<string, string>} */
    parameters: {
      value: '值',
      repetition: '重复系数',
      frequency: '频率系数',
      presence: '存在系数',
      window: '窗口',
      multiplier: '倍率',
      base: '底数',
      allowedLength: '允许长度',
      probability: '概率',
      threshold: '阈值',
      tau: 'τ（比特）',
      eta: 'η',
    },
    mistake: '故意出错：这些条显示的是别人犯过的错误。',
    setRight: '显示正确的采样器',
    biases: {
      of: (/** @type {string} */ token) => `加到“${token}”的 logit 上`,
      remove: (/** @type {string} */ token) => `取消“${token}”的偏置`,
      add: '偏置一个词元',
    },
    moreParameters: (/** @type {number} */ n) => `另有 ${count(n)} 项`,
    earlier: (/** @type {string} */ stage) => `把${within(stage)}前移一位`,
    later: (/** @type {string} */ stage) => `把${within(stage)}后移一位`,
    remove: (/** @type {string} */ stage) => `移除${within(stage).trimEnd()}`,
    captions: {
      atMost: (/** @type {string} */ bits) => `≤ ${bits} 比特`,
      logits: 'logit 的 softmax',
      temperature: (/** @type {string} */ value) => `logit ÷ ${value}`,
      greedy: '贪心：只取第一名',
      'top-k': (/** @type {number | string} */ value) => `前 ${value} 名`,
      'top-p': (/** @type {string} */ value) => `累计到 ${value}`,
      threshold: (/** @type {string} */ value) => `至少 ${value}`,
      typical: (/** @type {string} */ value) => `由最接近 H 起累计到 ${value}`,
      xtcSpared: (/** @type {string} */ u, /** @type {string} */ probability) => `u = ${u} ≥ ${probability}：不剔除`,
      xtcCuts: (/** @type {string} */ u, /** @type {string} */ probability) => `u = ${u} < ${probability}：剔除`,
      changed: 'logit 已改变',
      off: '关闭',
    },
    kept: '保留的词元',
    keptMass: '保留的概率',
    entropy: '熵 H（比特）',
    choices: '选择数 2ᴴ',
    way: {
      region: '一个词元的全程',
      title: '全程：',
      rank: (/** @type {number} */ rank) => `在模型看来排第 ${count(rank)}`,
      take: '改用这个词元',
      takeNamed: (/** @type {string} */ token) => `改用“${token}”`,
      unwatch: (/** @type {string} */ token) => `把“${token}”从表中移除`,
      logit: (/** @type {string} */ logit) => `logit ${logit}`,
      divided: (/** @type {string} */ was, /** @type {string} */ by, /** @type {string} */ logit) => `${was} ÷ ${by} = ${logit}`,
      changed: (/** @type {string} */ was, /** @type {string} */ logit) => `${was} → ${logit}`,
      power: (/** @type {string} */ logit, /** @type {string} */ greatest, /** @type {string} */ weight) => `e^(${logit} − ${greatest}) = ${weight}`,
      share: (/** @type {string} */ sum, /** @type {string} */ share) => `÷ ${sum} = ${share}`,
      keptShare: (/** @type {string} */ mass, /** @type {string} */ share) => `÷ 保留的 ${mass} = ${share}`,
      kept: '保留',
      cut: '剔除',
      off: (/** @type {string} */ share) => `关闭：仍是 ${share}`,
      gone: '前面已剔除',
      verdict: (/** @type {string} */ test, /** @type {string} */ verdict) => `${test}：${verdict}`,
      first: (/** @type {string} */ rank) => `T = 0，第 ${rank} 名`,
      rankOf: (/** @type {string} */ rank, /** @type {string} */ sign, /** @type {string} */ k) => `名次 ${rank} ${sign} ${k}`,
      sumBefore: (/** @type {string} */ sum, /** @type {string} */ sign, /** @type {string} */ p) => `此前总和 ${sum} ${sign} ${p}`,
      compared: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `${value} ${sign} ${limit}`,
      deviation: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `|−log₂ p − H| = ${value} ${sign} ${limit}`,
      surprise: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit) => `${value} 比特 ${sign} μ = ${limit}`,
      xtc: (/** @type {string} */ value, /** @type {string} */ sign, /** @type {string} */ limit, /** @type {string} */ u) =>
        `u = ${u}；${value} ${sign} ${limit}`,
    },
    find: '查找词元',
    others: (/** @type {number} */ n) => `其他 ${tokenCount(n)}`,
    othersCell: (/** @type {number} */ n, /** @type {string} */ mass) => `其他 ${tokenCount(n)}：${mass}`,
    othersKept: (/** @type {number} */ n) => `保留 ${count(n)} 个`,
    cut: '剔除',
    cutHere: '在此剔除',
    drawn: '抽中',
    next: '下一个',
    inText: '文中',
    rank: (/** @type {number} */ rank) => `第 ${count(rank)} 名`,
    rankShort: (/** @type {number} */ rank) => `#${count(rank)}`,
    slider: (/** @type {string} */ name) => `${name}，滑块`,
    offValue: '关闭',
    range: (/** @type {number} */ from, /** @type {number} */ to) => `从 ${from} 到 ${to}。`,
    above: (/** @type {number} */ from, /** @type {number} */ to) => `大于 ${from}，不超过 ${to}。`,
    below: (/** @type {number} */ from, /** @type {number} */ to) => `从 ${from} 起，小于 ${to}。`,
    whole: (/** @type {number} */ from) => `不小于 ${from} 的整数。`,
  },

  draw: {
    title: '抽取',
    needle: (/** @type {string} */ u) => `u = ${u}`,
    source: (/** @type {string} */ seed, /** @type {number} */ position) =>
      `u 只由种子 ${seed} 和位置 ${position} 得出：拖动滑块时它不变。`,
    kept: (/** @type {string} */ stage, /** @type {number} */ kept, /** @type {number} */ of) =>
      `${leading(stage)}从 ${count(of)} 个中保留 ${count(kept)} 个`,
    cuts: (/** @type {string[]} */ kept) => `${kept.join('；')}。`,
    nothingCut: (/** @type {number} */ of) => `没有阶段剔除这 ${tokenCount(of)}中的任何一个。`,
    falls: (/** @type {string} */ u, /** @type {string} */ token, /** @type {string} */ share) => `u = ${u} 落在“${token}”上：${share}。`,
    drawn: (/** @type {string} */ token, /** @type {string} */ share) => `抽中“${token}”，概率 ${share}。`,
  },

  help: {
    title: '帮助',
    open: '帮助',
    close: '关闭',
    intro: [
      '语言模型给词表中的每个词元打一个分，叫作 logit。softmax 把分数变成概率。随后各阶段从左到右依次改变这些概率，最后由 0 到 1 之间的一个数 u 选出词元。',
      '每一行是一个词元，每一列是一个阶段。实心条是词元在该阶段之后的概率，小短线是之前的概率。斜纹条表示已被剔除。橙色标出抽中的词元。',
    ],
    stagesTitle: '阶段',
    stages: {
      temperature: '用来除 logit。低于 1 时，可能的更可能；高于 1 时，少见的也有机会；为 0 时总取第一名。',
      'top-k': '保留最可能的 k 个词元。线画在最后一个保留者的下方。',
      'top-p': '从最可能的词元开始累加（即图中的阶梯），直到总和达到 p。跨过线的那个词元要保留。',
      'min-p': '保留概率不低于最大概率 m 倍的词元，也就是短线够到那条线的词元。',
    },
    draw: '把剩下的词元从 0 到 1 首尾相接地排开。指针 u 下方的那个就是抽中的词元。',
    moreStages: '其他阶段',
    others: {
      penalties: '降低文本中已有词元的 logit。',
      bias: '给它列出的每个词元的 logit 加上各自的数。',
      dry: '降低会延续重复的词元；重复越长，降得越多。',
      'top-n-sigma': '保留比最高 logit 低不超过 n 个标准差的词元。',
      typical: '保留惊异度最接近熵的词元，直到总和达到设定值。',
      epsilon: '保留概率不低于此值的词元。',
      eta: '同上，但熵高时界限随之降低。',
      xtc: '按一定几率剔除高于阈值的词元，只留其中最不可能的一个。',
      mirostat: '保留惊异度不超过 μ 的词元；μ 随每个词元调整，使文本趋于 τ 比特。',
    },
    placesTitle: '各处有什么',
    places: [
      ['文本', '选任一词元，重看它的那一步。在那里改取另一个词元，文本便会分支。'],
      ['顺序', '现成的流水线。可以添加阶段，拖动其名称或用 ‹ › 移动；× 将其移除。'],
      ['行', '指向一行，表格下方就用数字列出该词元经过各阶段的过程。“查找词元”可让任一词元占一行。'],
      ['课程', '十二个短章，每章都有事可做。'],
      ['分享', '打开后逐比特相同的链接；还有文件、图片、NumPy 脚本和可嵌入网页的框架。'],
    ],
    panels: {
      receipt: '一个词元的完整说明，可打印或复制。',
      cuts: '每个阶段剔除的词元。',
      branches: '至今的所有文本，可比较、命名和修剪。',
      compare: '同样的 logit、同样的 u，另一条流水线。',
      draws: '检验抽取是否符合概率。',
      sweep: '一个设置在整个范围内的作用。',
      own: '让你自己的数字通过同一个采样器。',
      predict: '猜下一个词元，以比特计分。',
    },
    keysTitle: '按键',
    keys: [
      ['空格', '播放或暂停'],
      ['→', '单步'],
      ['←', '后退'],
      ['R', '重置'],
      ['Esc', '回到文本末尾'],
      ['?', '本帮助'],
      ['文本中的 ← →', '在词元之间移动'],
      ['表格中的 ↑ ↓', '在行之间移动；Page Up、Page Down、Home、End 也可以'],
      ['表格中的 Enter', '取该行的词元'],
      ['标签上的 ← →', '在面板之间移动；Enter 打开或关闭'],
    ],
  },

  share: {
    open: '分享',
    title: '分享',
    nothing: '还没有可以分享的内容：尚未打开模型。',
    link: '链接',
    linkHint: '打开链接的人会看到这段文本逐个词元重新抽取，并与你的逐一比对。一切都在链接里，不存放在任何地方。',
    needsFile: '模型是从文件打开的：对方需要同一个文件。',
    needsAddress: (/** @type {string} */ address) => `链接中含有模型的网址：${address}`,
    long: (/** @type {string} */ length) => `链接有 ${length} 个字符；有些程序会截断超过 2,000 个字符的链接。`,
    name: '标题（可不填）',
    copyLink: '复制链接',
    copyFrame: '复制嵌入代码',
    copied: '已复制。',
    notCopied: '浏览器不允许本页复制。内容已选中：请按 Ctrl+C，Mac 上按 ⌘C。',
    files: '文件',
    step: (/** @type {number} */ position) => `这一步，位置 ${count(position)}`,
    view: '当前视图，存为图片',
    pictureTitle: (/** @type {number} */ position, /** @type {string} */ token, /** @type {string} */ name) =>
      `位置 ${count(position)}：“${token}” · ${name}`,
    run: (/** @type {number} */ tokens) => `整段文本，${tokenCount(tokens)}`,
    /** @type {Record<string, string>} */
    kinds: { json: 'JSON', csv: 'CSV', py: 'NumPy 脚本', svg: 'SVG', png: 'PNG' },
    filesHint: '每个数都保留全部位数。NumPy 脚本由 logit 重新计算这一步：请与 JSON 文件放在一起。',
    collecting: '正在收集数值…',
    saved: (/** @type {string} */ file) => `${file} 已存入下载文件夹。`,
    notSaved: '未能算出这些数值。请关闭此窗口，查看文本上方的提示。',
    frame: '嵌入其他网页',
    frameHint: '一个带有文本、各阶段和抽取的框，附有通往完整页面的链接。不需要特殊的响应头：没有它们就用单线程计算，结果逐比特相同。',
    full: '在 Logitscope 中打开',
    openFrom: (/** @type {string} */ host) => `从 ${host} 打开`,
    problems: {
      unknown: {
        sentence: '这个网址 # 之后的内容不是本页生成的链接。',
        advice: '请重新复制链接，从第一个字符到最后一个字符。',
      },
      newer: {
        sentence: '这个链接由更新版本的 Logitscope 生成。',
        advice: '请重新加载页面以获取最新版本，然后再次打开链接。',
      },
      cutOff: {
        sentence: '这个链接被截断了：缺少末尾。',
        advice: '请重新完整复制。有些程序会截短较长的链接。',
      },
      damaged: {
        sentence: '这个链接已损坏：其中的字符与发出时不同。',
        advice: '请重新复制，从第一个字符到最后一个字符。',
      },
      draw: {
        sentence: '这个链接生成时用的是另一版本的随机数，在这里会抽中别的词元。',
        advice: '请在生成它的 Logitscope 中打开。',
      },
      model: (/** @type {string} */ name) => ({
        sentence: `这个链接是用另一个模型“${name}”生成的。`,
        advice: '打开那个文件，文本就会自动跟上。',
      }),
      ids: {
        sentence: '这个链接中有模型所没有的词元。',
        advice: '请再要一个链接：本页不会生成这样的链接。',
      },
      empty: {
        sentence: '这个链接中没有文本。',
        advice: '请再要一个链接：本页不会生成这样的链接。',
      },
      tooLong: {
        sentence: '这个链接的文本超过了模型所能容纳的长度。',
        advice: '请对方给一个文本较短的链接。',
      },
      settings: {
        sentence: '这个链接含有本页不认识的设置。',
        advice: '请重新加载页面以获取最新版本，然后再次打开链接。',
      },
      differs: (/** @type {string} */ position) => ({
        sentence: `在位置 ${position}，这里抽中的词元与链接所说的不同。`,
        advice: '文本显示到此为止。如果链接确由本页生成，那就是本页出了错：请报告。',
      }),
    },
  },

  notice: {
    confirmed: (/** @type {number} */ n) => `这就是分享的文本：重新抽取的 ${count(n)} 个词元与链接中的完全相同。`,
    details: '详情',
    dismiss: '关闭提示',
    update: '新版本已就绪，重新加载后启用；在那之前一切不变。',
    reload: '立即重新加载',
  },

  footer: {
    private: '一切都在这个浏览器标签页里运行，不向任何地方发送数据。',
    offline: '已可离线使用。',
  },

  errors: {
    noWebAssembly: {
      sentence: '这个浏览器不支持 WebAssembly，无法运行引擎。',
      advice: '请使用较新的 Firefox、Chrome、Edge 或 Safari（16.4 或更高版本）。',
    },
    BadModel: {
      sentence: '这个文件不是 Logitscope 能读取的模型。',
      advice: '文件可能已损坏，或者不是 GGUF 文件。请重新下载，或打开另一个文件。',
    },
    Unsupported: {
      sentence: 'Logitscope 还不支持这一类模型。',
      advice: '请打开 llama 架构、权重为 F32、F16、Q8_0 或 Q4_0 的 GGUF 模型。',
    },
    OutOfMemory: {
      sentence: '这个模型需要的内存超过了浏览器所能提供的。',
      advice: '请关闭其他标签页后重试，或打开较小的模型。',
    },
    Network: {
      sentence: '模型下载失败。',
      advice: '请检查网络连接和网址；服务器必须允许其他网站读取该文件。',
    },
    Crash: {
      sentence: '引擎意外停止了。',
      advice: '请重新加载页面。如果是内存已满，换用较小的模型可能有帮助。',
    },
    noWeights: {
      sentence: '这个文件只有词表而没有权重，无法生成文本。',
      advice: '请打开包含完整模型的 GGUF 文件。',
    },
    badAddress: {
      sentence: '这不是一个文件的网址。',
      advice: '它应以 https:// 开头，并指向一个 GGUF 文件。',
    },
    other: {
      sentence: '出现了不应发生的错误。',
      advice: '请重新加载页面。如果再次出现，下方的详情有助于查明原因。',
    },
  },
};
