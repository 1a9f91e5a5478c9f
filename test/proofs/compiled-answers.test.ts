import { test } from '@jest/globals';
import { expectSameAnswers } from '../server/support/same-answers.js';
import { proofSize } from '../support/random.js';

/** Compiled operations give the same responses as graphql-js, whatever the document and its variables. */
const DOCUMENTS = proofSize('PROOF_DOCUMENTS', 5_000);

test(
  `${DOCUMENTS} generated documents with variables are answered the same, compiled and interpreted`,
  () => expectSameAnswers(DOCUMENTS),
  // Each takes about 15 ms; even on a busy machine, nothing takes ten times as long unless it hangs.
  120_000 + DOCUMENTS * 150,
);
