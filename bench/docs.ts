import { writePage } from './page.js';

await writePage();
