// The text's branches: what the text would have been, had another token been taken somewhere.
// Beside the token's way: the instrument grows them, the views draw them; pure functions.
// Must not know the engine; a branch is a list of chips that begins like the others.

/**
 * @typedef {import('./state.js').Chip} Chip
 *
 * @typedef {object} Branch
 * @property {number} id
 * @property {string} name        the reader's own, '' for none
 * @property {number | null} parent the branch that it departed from
 * @property {Chip[]} chips       the whole text, from the first token on
 *
 * @typedef {{ branches: Branch[], branch: number }} Standing  branch: the present one's id
 * @typedef {Standing & { chips: Chip[], pruned: Standing | null }} Tree  chips are those of the present branch; pruned: what was
 *   there before a branch was pruned, until another one grows
 */

/** @param {Chip[]} chips @returns {Tree} */
export function treeOf(chips) {
  return { branches: [{ id: 0, name: '', parent: null, chips }], branch: 0, chips, pruned: null };
}

/** @param {Tree} tree @param {number} id @returns {Branch | undefined} */
export function branchOf({ branches }, id) {
  return branches.find((branch) => branch.id === id);
}

/** How many tokens stand before the first that was drawn or taken: a branch may depart within the prompt. @param {Chip[]} chips */
export function givenLength(chips) {
  const first = chips.findIndex(({ settings }) => settings !== null);
  return first < 0 ? chips.length : first;
}

/** How many tokens two texts have in common at their start. @param {Chip[]} a @param {Chip[]} b */
export function sharedLength(a, b) {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i].token.id !== b[i].token.id) return i;
  return most;
}

/** Where a branch departs from its parent; the first branch departs nowhere. @param {Tree} tree @param {Branch} branch */
export function departureOf(tree, { parent, chips }) {
  const other = parent === null ? undefined : branchOf(tree, parent);
  return other ? sharedLength(chips, other.chips) : 0;
}

/** The present branch with another text. @param {Tree} tree @param {Chip[]} chips @returns {Tree} */
export function withText({ branches, branch, pruned }, chips) {
  return { branches: branches.map((each) => (each.id === branch ? { ...each, chips } : each)), branch, chips, pruned };
}

/** A new branch, which is the present one from now on. @param {Tree} tree @param {Chip[]} chips @returns {Tree} */
export function branched({ branches, branch: parent }, chips) {
  const id = Math.max(...branches.map((each) => each.id)) + 1;
  return { branches: [...branches, { id, name: '', parent, chips }], branch: id, chips, pruned: null };
}

/** @param {Tree} tree @param {number} id @returns {Tree} */
export function switched(tree, id) {
  const branch = branchOf(tree, id);
  return branch ? { ...tree, branch: id, chips: branch.chips } : tree;
}

/** @param {Tree} tree @param {number} id @param {string} name @returns {Tree} */
export function renamed(tree, id, name) {
  return { ...tree, branches: tree.branches.map((branch) => (branch.id === id ? { ...branch, name } : branch)) };
}

/** Takes a branch away; what departed from it departs from its parent now. The last one stays. @param {Tree} tree @param {number} id @returns {Tree} */
export function pruned(tree, id) {
  const gone = branchOf(tree, id);
  if (!gone || tree.branches.length === 1) return tree;
  const rest = tree.branches.filter((branch) => branch !== gone);
  const heir = gone.parent ?? rest[0].id;
  const branches = rest.map((branch) =>
    branch.parent === id ? { ...branch, parent: branch.id === heir ? null : heir } : branch,
  );
  const before = { branches: tree.branches, branch: tree.branch };
  return switched({ ...tree, branches, pruned: before }, tree.branch === id ? heir : tree.branch);
}

/** The branch that was pruned last. @param {Tree} tree @returns {Branch | undefined} */
export function prunedOf(tree) {
  return tree.pruned?.branches.find(({ id }) => !branchOf(tree, id));
}

/** Puts back what was pruned last; the others keep what has come to them since. @param {Tree} tree @returns {Tree} */
export function regrown(tree) {
  const gone = prunedOf(tree);
  if (!tree.pruned || !gone) return tree;
  const branches = tree.pruned.branches.map((branch) => ({ ...branch, ...branchOf(tree, branch.id), parent: branch.parent }));
  return switched({ ...tree, branches, pruned: null }, tree.pruned.branch === gone.id ? gone.id : tree.branch);
}

/** The branch that has this token at this position behind the present text, if there is one. @param {Tree} tree @param {number} position @param {number} id */
export function branchWith({ branches, chips }, position, id) {
  return branches.find(
    (branch) => branch.chips[position]?.token.id === id && sharedLength(branch.chips, chips) >= Math.min(position, chips.length),
  );
}
