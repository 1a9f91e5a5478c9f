-- Which SKUs of its product an image shows, by their options.

-- Names in lower case, each with the values that can be seen.
CREATE FUNCTION is_shown(shows jsonb) RETURNS boolean IMMUTABLE LANGUAGE sql
  RETURN CASE WHEN jsonb_typeof(shows) = 'object' THEN NOT EXISTS (
    SELECT FROM jsonb_each(shows) WHERE key <> lower(key) OR jsonb_typeof(value) <> 'array' OR value = '[]'
      OR jsonb_path_exists(value, 'strict $[*] ? (@.type() <> "string")')) ELSE false END;

-- {"color": ["green"]}: an SKU is in the image when each option named here has one of its values; {} shows the product
-- as a whole. Option values and not keys of SKUs, so that a new size of a color is in the pictures of that color from
-- the start, and so that a picture of a color whose SKUs are gone does not become a picture of the other colors.
ALTER TABLE product_images ADD COLUMN shows jsonb NOT NULL DEFAULT '{}' CHECK (is_shown(shows));
