import { useState } from 'preact/hooks';
import { isAbort } from '../api/failure.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';
import { Sheet } from '../ui/sheet.js';
import { tell } from '../ui/said.js';

/** Shares what is shown by the means of the device; otherwise copies its link, or shows the link to copy it by hand. */
export function ShareButton({ title }: { readonly title: string }) {
  const [link, setLink] = useState<string | null>(null);
  const share = async (): Promise<void> => {
    const url = location.href;
    try {
      if ('share' in navigator) await navigator.share({ title, url });
      else {
        await (navigator as Navigator).clipboard.writeText(url);
        tell(t.value.copied);
      }
    } catch (error) {
      // Whoever closes the menu of the device wants nothing more. Without https, or in an app, nothing can be copied.
      if (!isAbort(error)) setLink(url);
    }
  };
  return (
    <>
      <button class="button button-quiet" type="button" onClick={() => void share()}>
        <Icon name="share" /> {t.value.share}
      </button>
      {link === null ? null : (
        <Sheet title={t.value.copyThis} close={() => setLink(null)}>
          <input
            class="share-link"
            type="text"
            readOnly
            aria-label={t.value.copyThis}
            value={link}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
        </Sheet>
      )}
    </>
  );
}
