// What the page's dialogs share: a native modal dialog with a title and a way out.
// Beside the token's way.
// Must not know what the dialog says.

import { html } from 'lit';
import { icons } from '../drawing/icons.js';
import { text } from '../text/index.js';
import { View } from './base.js';

export class Dialog extends View {
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  show() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  close() {
    this.dialog.close();
  }

  /** However it was closed. */
  onClose() {}

  /** A click beside the sheet closes it. @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.dialog) this.close();
  }

  /** @param {string} id @param {string} title @param {unknown} body */
  sheet(id, title, body) {
    return html`<dialog aria-labelledby=${id} @click=${this.onClick} @close=${this.onClose}>
      <div class="sheet">
        <header>
          <h2 id=${id}>${title}</h2>
          <button type="button" class="quiet sign" aria-label=${text.help.close} title=${text.help.close} @click=${() => this.close()}>
            ${icons.close}
          </button>
        </header>
        ${body}
      </div>
    </dialog>`;
  }
}
