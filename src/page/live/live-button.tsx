import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { reloadForUpgrade } from '../reload.js';
import { t } from '../texts/texts.js';
import { Icon } from '../ui/icon.js';

interface CameraProps {
  readonly channel: string;
  readonly close: () => void;
}

/** Browsers have no camera for pages that are sent without encryption. */
const hasCamera = (): boolean => 'mediaDevices' in navigator;

/** Opens the camera, where there can be one. */
export function LiveButton({ channel }: { readonly channel: string | null }) {
  const [Camera, setCamera] = useState<ComponentType<CameraProps> | null>(null);
  if (!hasCamera()) return null;
  return (
    <>
      <button
        class="button button-large button-quiet"
        type="button"
        onClick={() => {
          import('./live-camera.js').then((file) => setCamera(() => file.LiveCamera), reloadForUpgrade);
        }}
      >
        <Icon name="camera" /> {t.value.live}
      </button>
      {Camera === null || channel === null ? null : (
        <Camera channel={channel} close={() => setCamera(null)} />
      )}
    </>
  );
}
