import { ask, patiently } from '../api/ask.js';
import { useAnswer } from '../api/use-answer.js';
import { PackOfDesignDocument } from '../generated/graphql.js';
import { t } from '../texts/texts.js';

interface TechPackLinkProps {
  /** The id of the design. */
  readonly design: string;
  readonly title: string;
}

/** How a design is cut and sewn, to be downloaded; nothing for what cannot be cut from a pattern, as shoes. */
export function TechPackLink({ design, title }: TechPackLinkProps) {
  const { value } = useAnswer(`pack ${design}`, (signal) =>
    patiently(
      () => ask(PackOfDesignDocument, { id: design }, (data) => data.design?.techPack, signal),
      signal,
    ),
  );
  if (value?.pdfUrl == null) return null;
  return (
    <a class="chip" href={value.pdfUrl} download>
      {t.value.techPack}
      <span class="unseen"> {title}</span>
    </a>
  );
}
