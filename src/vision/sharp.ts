import sharp from 'sharp';

// Formats that the project does not need are attack surface. The remaining five are those of FORMATS.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadNsgif',
  ],
});
// No image is decoded twice in a row, so libvips' cache of operations would only use memory.
sharp.cache(false);
// Images are decoded in parallel: threads inside one image would compete with those of the others.
sharp.concurrency(1);

/** The library, with the project's settings. */
export default sharp;
