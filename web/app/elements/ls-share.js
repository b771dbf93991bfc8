// The share sheet: a link that opens to the same bits, files with every number, and a frame for other pages.
// After the token's way: what is known goes out of the page, by hand only.
// Must not know how links and files are written.

import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { whole } from '../format.js';
import script from '../share/check.py?raw';
import { addressOf, isReady, linkOf, runData, stepData } from '../share/collect.js';
import { copy, save } from '../share/handing.js';
import { hasStep, pictureOf } from '../share/picture.js';
import { pngFile, svgFile } from '../share/picture-file.js';
import { runCsv, runJson } from '../share/run-file.js';
import { frameOf, scriptFor } from '../share/snippets.js';
import { stepCsv, stepJson } from '../share/step-file.js';
import { text } from '../text/index.js';
import { Dialog } from './ls-dialog.js';

const words = text.share;

/** Some programs cut longer addresses. */
const LONG = 2000;

/** By the ending of a file's name. @type {Record<string, string>} */
const TYPES = { json: 'application/json', csv: 'text/csv', py: 'text/x-python', svg: 'image/svg+xml', png: 'image/png' };

/** @typedef {import('../share/collect.js').Ready} Ready */

class Share extends Dialog {
  static properties = {
    state: { attribute: false },
    instrument: { attribute: false },
    name: { state: true },
    shown: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../state.js').State | undefined} */
    this.state = undefined;
    /** @type {import('../instrument.js').Instrument | undefined} */
    this.instrument = undefined;
    this.name = '';
    this.shown = false;
    this.said = '';
  }

  async show() {
    // What is shared stands still meanwhile.
    this.instrument?.pause();
    Object.assign(this, { shown: true, said: '', name: this.state?.title ?? '' });
    await this.updateComplete;
    super.show();
  }

  onClose() {
    this.shown = false;
  }

  /** @param {string} id of the field */
  async onCopy(id) {
    const field = /** @type {HTMLInputElement} */ (this.querySelector(`#${id}`));
    this.said = (await copy(field)) ? words.copied : words.notCopied;
  }

  /** @param {string} file @param {string} type @param {(state: Ready) => Promise<BlobPart | null>} make */
  async onSave(file, type, make) {
    const { state } = this;
    if (!state || !isReady(state)) return;
    this.said = words.collecting;
    const content = await make(state);
    if (content !== null) save(file, content, type);
    this.said = content === null ? words.notSaved : words.saved(file);
  }

  /** @param {string} name of the section @param {string} what is saved @param {[kind: string, save: () => void][]} kinds */
  row(name, what, kinds) {
    return html`<dt id=${`share-${name}`}>${what}</dt>
      <dd>
        ${kinds.map(
          ([kind, save]) => html`<button type="button" name=${`${name}-${kind}`} aria-describedby=${`share-${name}`} @click=${save}>
            ${words.kinds[kind]}
          </button>`,
        )}
      </dd>`;
  }

  /** @param {Ready} state @param {import('../instrument.js').Instrument} instrument */
  filesView(state, instrument) {
    const step = `logitscope-step-${state.cursor}`;
    const ofStep = (/** @type {string} */ ending, /** @type {(data: import('../share/step-file.js').StepData) => string} */ write) =>
      this.onSave(`${step}.${ending}`, TYPES[ending], async (state) => {
        const data = await stepData(state, instrument);
        return data && write(data);
      });
    const ofRun = (/** @type {string} */ ending, /** @type {(data: import('../share/run-file.js').RunData) => string} */ write) =>
      this.onSave(`logitscope-text.${ending}`, TYPES[ending], async (state) => {
        const data = await runData(state, instrument);
        return data && write(data);
      });
    const ofView = (/** @type {string} */ ending, /** @type {typeof svgFile | typeof pngFile} */ paint) =>
      this.onSave(`${step}.${ending}`, TYPES[ending], async (state) => (hasStep(state) ? paint(pictureOf(state)) : null));
    return html`<section>
      <h3>${words.files}</h3>
      <dl class="files">
        ${this.row('step', words.step(state.cursor), [
          ['json', () => ofStep('json', stepJson)],
          ['csv', () => ofStep('csv', stepCsv)],
          ['py', () => this.onSave(`${step}.py`, TYPES.py, async () => scriptFor(script, `${step}.json`))],
        ])}
        ${this.row('text', words.run(state.chips.length), [
          ['json', () => ofRun('json', runJson)],
          ['csv', () => ofRun('csv', runCsv)],
        ])}
        ${this.row('view', words.view, [
          ['svg', () => ofView('svg', svgFile)],
          ['png', () => ofView('png', pngFile)],
        ])}
      </dl>
      <p class="hint">${words.filesHint}</p>
    </section>`;
  }

  /** @param {Ready} state */
  linkView(state) {
    const link = linkOf(state, { title: this.name });
    const { source } = state;
    const address = addressOf(source);
    return html`<section>
      <h3><label for="share-link">${words.link}</label></h3>
      <div class="line">
        <input id="share-link" type="text" readonly .value=${live(link)} aria-describedby="share-link-hint" />
        <button type="button" name="copy-link" @click=${() => this.onCopy('share-link')}>${words.copyLink}</button>
      </div>
      <p class="hint" id="share-link-hint">
        ${words.linkHint} ${source instanceof Blob ? words.needsFile : address ? words.needsAddress(address) : nothing}
        ${link.length > LONG ? words.long(whole(link.length)) : nothing}
      </p>
      <label for="share-name">${words.name}</label>
      <input
        id="share-name"
        type="text"
        maxlength="80"
        autocomplete="off"
        .value=${live(this.name)}
        @input=${(/** @type {InputEvent} */ event) => (this.name = /** @type {HTMLInputElement} */ (event.target).value)}
      />
    </section>`;
  }

  /** @param {Ready} state */
  frameView(state) {
    const frame = frameOf(linkOf(state, { title: this.name, embedded: true }), this.name || text.brand);
    return html`<section>
      <h3><label for="share-frame">${words.frame}</label></h3>
      <textarea id="share-frame" rows="3" readonly spellcheck="false" .value=${live(frame)} aria-describedby="share-frame-hint"></textarea>
      <div class="line"><button type="button" name="copy-frame" @click=${() => this.onCopy('share-frame')}>${words.copyFrame}</button></div>
      <p class="hint" id="share-frame-hint">${words.frameHint}</p>
    </section>`;
  }

  render() {
    const { state, instrument } = this;
    const body =
      !this.shown || !state || !instrument
        ? nothing
        : isReady(state)
          ? [this.linkView(state), this.filesView(state, instrument), this.frameView(state)]
          : html`<p>${words.nothing}</p>`;
    return this.sheet(
      'share-title',
      words.title,
      html`${body}
        <p class="said" role="status">${this.said}</p>`,
    );
  }
}

customElements.define('ls-share', Share);
