"""What the site's own manifest is called among those of sessions. Knows no table: backups need no framework."""

SITE = "site"
