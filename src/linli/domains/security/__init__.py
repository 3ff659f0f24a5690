"""Smart security: face libraries, weekly arming, alarms with their pictures, captures and the search in them."""
