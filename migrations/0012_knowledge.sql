-- Knowledge: entities, the relations between them, and the products, brands, and attributes that each entity describes.
-- Every relation names its source.

CREATE TABLE entities (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle handle NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('BRAND', 'MAKER', 'PLACE', 'MATERIAL', 'TECHNIQUE', 'STYLE', 'ERA')),
  label text NOT NULL CHECK (label <> ''),
  -- As it was imported, for example a Wikidata item.
  external_id text CHECK (external_id <> ''),
  description text
);

CREATE TABLE relations (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject_id integer NOT NULL REFERENCES entities ON DELETE CASCADE,
  predicate text NOT NULL CHECK (predicate <> ''),
  -- The object is another entity, or a text.
  object_id integer REFERENCES entities ON DELETE CASCADE,
  value text CHECK (value <> ''),
  source text NOT NULL CHECK (source <> ''),
  source_url text CHECK (source_url ~ '^https?://'),
  CHECK ((object_id IS NULL) <> (value IS NULL)),
  CHECK (object_id <> subject_id)
);
-- A source states each fact once. A text can be longer than an index entry, so its hash is indexed.
CREATE UNIQUE INDEX relations_statement
  ON relations (subject_id, predicate, source, coalesce(object_id, 0), md5(coalesce(value, '')));
CREATE INDEX relations_subject ON relations (subject_id, id);
CREATE INDEX relations_object ON relations (object_id);

-- By handle and by value, not by row, because facts about a brand can be imported before its first product.
CREATE TABLE entity_links (
  entity_id integer NOT NULL REFERENCES entities ON DELETE CASCADE,
  target text NOT NULL CHECK (target IN ('PRODUCT', 'BRAND', 'ATTRIBUTE')),
  -- The name of the attribute.
  name text NOT NULL DEFAULT '' CHECK ((name <> '') = (target = 'ATTRIBUTE')),
  -- The handle of the product or brand; the attribute's value in lower case.
  value text NOT NULL CHECK (value <> ''),
  PRIMARY KEY (target, name, value, entity_id)
);
CREATE INDEX entity_links_entity ON entity_links (entity_id);
