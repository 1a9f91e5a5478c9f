import { test } from '@jest/globals';
import { expectSameAnswers } from '../server/support/same-answers.js';
import { proofSize } from '../support/random.js';

/** Compiled operations answer what graphql-js answers, whatever the document and its variables. */
const DOCUMENTS = proofSize('PROOF_DOCUMENTS', 5_000);

test(
  `${DOCUMENTS} generated documents with variables are answered the same, compiled and interpreted`,
  () => expectSameAnswers(DOCUMENTS),
  // Each takes some 15 ms; what takes ten times as long on a busy machine hangs.
  120_000 + DOCUMENTS * 150,
);
