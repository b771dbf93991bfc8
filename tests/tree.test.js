// The text's branches and the pipeline's order: pure functions of the page, without a page.
// Beside the token's way.
// Must not know elements or the engine.

import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { isOff, isSwitchedOff, moved, presets, samePipeline, valueOf, withParameter, without } from '../web/app/pipeline.js';
import { branchOf, branchWith, branched, departureOf, pruned, prunedOf, regrown, renamed, sharedLength, switched, treeOf, withText } from '../web/app/tree.js';

/** @param {number[]} ids @returns {any[]} chips, of which only the ids matter here */
const chips = (...ids) => ids.map((id) => ({ token: { id } }));
/** @param {any[]} text */
const idsOf = (text) => text.map((chip) => chip.token.id);

describe('the tree of texts', () => {
  const trunk = treeOf(chips(1, 2, 3, 4));

  test('begins with one branch, which is the present one', () => {
    assert.equal(trunk.branches.length, 1);
    assert.equal(trunk.branch, 0);
    assert.equal(departureOf(trunk, trunk.branches[0]), 0);
  });

  test('a branch holds the whole text and knows where it departs', () => {
    const tree = branched(trunk, chips(1, 2, 9));
    assert.deepEqual(idsOf(tree.chips), [1, 2, 9]);
    assert.deepEqual(idsOf(/** @type {any} */ (branchOf(tree, 0)).chips), [1, 2, 3, 4], 'the trunk stays');
    assert.equal(departureOf(tree, /** @type {any} */ (branchOf(tree, tree.branch))), 2);
  });

  test('growing changes the present branch alone', () => {
    const tree = withText(branched(trunk, chips(1, 2, 9)), chips(1, 2, 9, 10));
    assert.deepEqual(tree.branches.map((branch) => idsOf(branch.chips)), [[1, 2, 3, 4], [1, 2, 9, 10]]);
    assert.deepEqual(idsOf(switched(tree, 0).chips), [1, 2, 3, 4]);
  });

  test('going to a branch that is not there changes nothing', () => {
    assert.equal(switched(trunk, 7), trunk);
  });

  test('a token taken before is found again, on the same text only', () => {
    const tree = switched(branched(trunk, chips(1, 2, 9, 10)), 0);
    assert.equal(branchWith(tree, 2, 9)?.id, 1);
    assert.equal(branchWith(tree, 3, 10), undefined, 'it follows 9 there, and 3 here');
    assert.equal(branchWith(tree, 2, 8), undefined);
  });

  test('what departed from a pruned branch departs from its parent', () => {
    const twice = branched(branched(trunk, chips(1, 2, 9, 10)), chips(1, 2, 9, 11));
    const tree = pruned(twice, 1);
    assert.deepEqual(tree.branches.map(({ id, parent }) => [id, parent]), [[0, null], [2, 0]]);
    assert.equal(tree.branch, 2);
    assert.equal(departureOf(tree, tree.branches[1]), 2);
  });

  test('pruning the present branch goes to its parent, pruning the trunk to its heir', () => {
    const tree = branched(trunk, chips(1, 9));
    assert.equal(pruned(tree, 1).branch, 0);
    const left = pruned(switched(tree, 0), 0);
    assert.deepEqual(left.branches.map(({ id, parent }) => [id, parent]), [[1, null]]);
    assert.deepEqual(idsOf(left.chips), [1, 9]);
    assert.equal(pruned(left, 1), left, 'the last one stays');
  });

  test('what was pruned grows again where it was, with what the others have become since', () => {
    const twice = switched(branched(branched(trunk, chips(1, 2, 9, 10)), chips(1, 2, 9, 11)), 1);
    for (const id of [0, 1, 2]) {
      const tree = pruned(twice, id);
      assert.equal(prunedOf(tree)?.id, id);
      assert.deepEqual(regrown(tree), twice);
      const changed = withText(renamed(tree, tree.branch, 'longer'), [...tree.chips, ...chips(5)]);
      const back = regrown(changed);
      assert.deepEqual(back.branches.map((branch) => [branch.id, branch.parent]), twice.branches.map((branch) => [branch.id, branch.parent]));
      assert.equal(back.branch, id === 1 ? 1 : tree.branch);
      assert.deepEqual(branchOf(back, tree.branch), { ...branchOf(changed, tree.branch), parent: branchOf(twice, tree.branch)?.parent });
      assert.deepEqual(branchOf(back, id), branchOf(twice, id));
      assert.equal(regrown(back), back, 'once only');
    }
    const other = branched(pruned(twice, 2), chips(1, 7));
    assert.equal(prunedOf(other), undefined, 'not after another branch');
    assert.equal(regrown(other), other);
  });

  test('ids are never used twice', () => {
    const tree = branched(pruned(branched(branched(trunk, chips(1, 9)), chips(1, 8)), 1), chips(1, 7));
    assert.equal(new Set(tree.branches.map(({ id }) => id)).size, 3);
  });

  test('names are kept', () => {
    assert.equal(branchOf(renamed(trunk, 0, 'happy end'), 0)?.name, 'happy end');
  });

  test('sharedLength counts to the first difference', () => {
    assert.equal(sharedLength(chips(1, 2, 3), chips(1, 2)), 2);
    assert.equal(sharedLength(chips(1, 2, 3), chips(1, 4, 3)), 1);
  });
});

describe('the pipeline', () => {
  const stages = [{ name: 'temperature', value: 0.5 }, { name: 'top-k', value: 3 }, { name: 'xtc', probability: 0 }];

  test('a stage is moved to a place, and the others keep their order', () => {
    assert.deepEqual(moved(stages, 0, 2).map(({ name }) => name), ['top-k', 'xtc', 'temperature']);
    assert.deepEqual(moved(stages, 2, 0).map(({ name }) => name), ['xtc', 'temperature', 'top-k']);
    assert.deepEqual(without(stages, 1).map(({ name }) => name), ['temperature', 'xtc']);
  });

  test('a parameter is changed in a copy', () => {
    assert.equal(withParameter(stages, 1, 'value', 5)[1].value, 5);
    assert.equal(stages[1].value, 3);
  });

  test('a parameter that is not given has its usual value', () => {
    const threshold = /** @type {any} */ ({ name: 'threshold', usual: 0.1 });
    assert.equal(valueOf(stages[2], threshold), 0.1);
    assert.equal(valueOf({ name: 'xtc', threshold: 0.2 }, threshold), 0.2);
  });

  test('a stage is off when every parameter that can be is', () => {
    const spec = /** @type {any} */ ({ name: 'xtc', parameters: [{ name: 'probability', off: 0, usual: 0 }, { name: 'threshold', off: null, usual: 0.1 }] });
    assert.ok(isOff(stages[2], spec));
    assert.ok(!isOff({ name: 'xtc', probability: 0.5 }, spec));
    assert.ok(isOff({ name: 'bias', biases: [] }, /** @type {any} */ ({ name: 'bias', parameters: [] })));
    assert.ok(isSwitchedOff(stages[2], [spec]));
    assert.ok(!isSwitchedOff({ name: 'logits' }, [spec]), 'the model’s own row is no stage');
    assert.ok(!isOff({ name: 'bias', biases: [[3, 1]] }, /** @type {any} */ ({ name: 'bias', parameters: [] })));
  });

  test('two pipelines are the same whatever the order of their keys, not of their stages', () => {
    assert.ok(samePipeline([{ name: 'xtc', probability: 1, threshold: 2 }], [{ threshold: 2, probability: 1, name: 'xtc' }]));
    assert.ok(!samePipeline(stages, moved(stages, 0, 1)));
    assert.ok(!samePipeline(presets.first, presets.greedy));
  });
});
