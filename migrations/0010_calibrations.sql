-- What was learned of this catalog as an encoder sees it: how its cosines become probabilities. Lost rows are fitted anew.
CREATE TABLE calibrations (
  encoder_id integer NOT NULL REFERENCES encoders ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('same_product', 'labels')),
  model jsonb NOT NULL CHECK (jsonb_typeof(model) = 'object'),
  fitted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (encoder_id, kind)
);
