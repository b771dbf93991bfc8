// Where the page begins: store, instrument, elements; then the first model is opened.
// Before the token's way begins.
// Must not know more than who needs whom.

import './style/page.css';
import './style/controls.css';
import './style/text.css';
import './style/stages.css';
import './style/way.css';
import './style/draw.css';
import './style/panels.css';
import './style/experiments.css';
import './style/receipt.css';
import './style/compare.css';
import './style/pipeline.css';
import './style/share.css';
import './elements/ls-app.js';
import './elements/ls-canvas.js';
import './elements/ls-draw.js';
import './elements/ls-header.js';
import './elements/ls-help.js';
import './elements/ls-model.js';
import './elements/ls-notice.js';
import './elements/ls-panels.js';
import './elements/ls-pipeline.js';
import './elements/ls-prompt.js';
import './elements/ls-stage-control.js';
import './elements/ls-stages.js';
import './elements/ls-strip.js';
import './elements/ls-timeline.js';
import './elements/ls-transport.js';
import './elements/ls-way.js';
import { firstModel } from './host.js';
import { Instrument } from './instrument.js';
import { keepOffline } from './offline.js';
import { followLinks } from './share/opening.js';
import { firstState } from './state.js';
import { createStore } from './store.js';

const store = createStore(firstState());
const instrument = new Instrument(store);
document.body.append(Object.assign(document.createElement('ls-app'), { store, instrument }));
void instrument.open(firstModel);
followLinks(store, instrument);
void keepOffline(store);
