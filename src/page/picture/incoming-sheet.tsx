import { useEffect, useRef } from 'preact/hooks';
import { FailureNotice } from '../ui/notice.js';
import { Icon } from '../ui/icon.js';
import { t } from '../texts/texts.js';
import { cancel, incoming, type Incoming, isDragging } from './intake.js';

/** Covers the page while a picture is on its way, or is about to be dropped. */
export function IncomingSheet() {
  if (incoming.value !== null) return <Arriving picture={incoming.value} />;
  return isDragging.value ? (
    <div class="incoming">
      <p class="incoming-drop">{t.value.dropHere}</p>
    </div>
  ) : null;
}

function Arriving({ picture: { canvas, failure, retry } }: { readonly picture: Incoming }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} class="incoming" aria-label={t.value.yourPicture} onCancel={cancel}>
      <button class="round incoming-cancel" type="button" aria-label={t.value.cancel} onClick={cancel}>
        <Icon name="close" />
      </button>
      {failure === null ? (
        <>
          {canvas === null ? null : (
            <span class="incoming-picture" ref={(place) => place?.replaceChildren(canvas)} />
          )}
          <p role="status">{t.value.looking}</p>
        </>
      ) : (
        <FailureNotice failure={failure} retry={retry} />
      )}
    </dialog>
  );
}
