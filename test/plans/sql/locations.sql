/* location.all */ SELECT location.id AS key, location.handle, location.name,
          location.country_code AS "countryCode", location.latitude, location.longitude, location.pickup
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        WHERE $2::boolean IS NULL OR location.pickup = $3
        ORDER BY power(sind((location.latitude - $4::float8) / 2), 2) + cosd($5::float8) * cosd(location.latitude)
    * power(sind((location.longitude - $6::float8) / 2), 2) NULLS LAST, location.name, location.id LIMIT $7;

/* location.coordinates */ SELECT location.id AS key, location.latitude, location.longitude
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        WHERE location.id = ANY(ARRAY(SELECT unnest($2::int[]))) AND location.latitude IS NOT NULL;
