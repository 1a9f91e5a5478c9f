import './styles/main.css';
import { render } from 'preact';
import { App } from './app.js';
import { beginArrival } from './arrival.js';
import { followBoard } from './board/my-board.js';
import { followHolds } from './hold/holds.js';
import { keepSeen } from './offline/seen.js';
import { takeDropsAndPastes } from './picture/intake.js';
import { registerWorker } from './register-worker.js';
import { reloadForUpgrade } from './reload.js';
import { followHistory } from './route.js';
import { useWishedLanguage } from './texts/texts.js';
import { keepFocus } from './ui/keep-focus.js';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no place for the page.');

followHistory();
beginArrival();
// In another language rather than not at all: the file may be of another version than the gateway.
await useWishedLanguage().catch(reloadForUpgrade);
render(<App />, root);
keepFocus();
takeDropsAndPastes();
followHolds();
followBoard();
keepSeen();
registerWorker();
