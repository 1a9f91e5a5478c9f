/* location.all */ SELECT location.id AS key, location.handle, location.name,
          location.country_code AS "countryCode", location.latitude, location.longitude, location.pickup
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        ORDER BY location.name, location.id LIMIT $2;

/* location.coordinates */ SELECT location.id AS key, location.latitude, location.longitude
        FROM stock_locations location
        JOIN channel_locations served ON served.location_id = location.id AND served.channel_id = $1
        WHERE location.id = ANY($2::int[]) AND location.latitude IS NOT NULL;
