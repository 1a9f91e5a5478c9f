import { FailureNotice } from '../ui/notice.js';
import { Icon } from '../ui/icon.js';
import { t } from '../texts/texts.js';
import { cancel, incoming, isDragging } from './intake.js';

/** Covers the page while a picture is on its way, or is about to be dropped. */
export function IncomingSheet() {
  const picture = incoming.value;
  if (picture === null) {
    return isDragging.value ? (
      <div class="incoming">
        <p class="incoming-drop">{t.value.dropHere}</p>
      </div>
    ) : null;
  }
  const { url, failure, retry } = picture;
  return (
    <div class="incoming">
      <button class="round incoming-cancel" type="button" aria-label={t.value.cancel} onClick={cancel}>
        <Icon name="close" />
      </button>
      {failure === null ? (
        <>
          {url === null ? null : (
            <span class="incoming-picture">
              <img src={url} alt="" />
            </span>
          )}
          <p role="status">{t.value.looking}</p>
        </>
      ) : (
        <FailureNotice failure={failure} retry={retry} />
      )}
    </div>
  );
}
