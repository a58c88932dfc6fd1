"""Books a seat of Evently: `python3 client.py SITE EMAIL PASSWORD [EVENT_ID]`. Needs Python 3.9 and nothing else."""
import http.cookiejar, json, random, sys, time, urllib.error, urllib.parse, urllib.request, uuid

class Refused(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']} (request {error['request_id']})")
        self.code = error["code"]

class Evently:
    def __init__(self, site, tries=6):
        self.site, self.tries = site.rstrip("/"), tries
        self.http = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, function, **query):
        return self._ask(urllib.request.Request(f"{self.site}/api/v1/{function}?{urllib.parse.urlencode(query)}"))

    def post(self, function, **fields):
        # One key for one change, however often it has to be sent: it is done once.
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        return self._ask(urllib.request.Request(f"{self.site}/api/v1/{function}", json.dumps(fields).encode(), headers))

    def _ask(self, request):
        for attempt in range(self.tries):
            wait = 0.2 * 2**attempt * random.uniform(0.5, 1.5)
            try:
                with self.http.open(request, timeout=25) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as reply:
                refused, passes = Refused(json.load(reply)), reply.code in (429, 503)
                if not (passes or refused.code == "still_running") or attempt + 1 == self.tries:
                    raise refused from None
                wait = max(wait, float(reply.headers.get("Retry-After") or 0))
            except OSError:  # No answer: whether it was done is not known, so it is sent again under its key.
                if attempt + 1 == self.tries:
                    raise
            time.sleep(wait)

def book(evently, event):
    if not event["has_seat_selection"]:
        held = evently.post("bookings/hold", event_id=event["id"], quantity=1)
        return evently.post("bookings/confirm", booking_id=held["id"])
    for _ in range(5):
        best = evently.get("seats/best_available", event_id=event["id"], quantity=1)
        try:
            held = evently.post("bookings/hold", event_id=event["id"], seat_ids=[seat["id"] for seat in best["seats"]])
            return evently.post("bookings/confirm", booking_id=held["id"])
        except Refused as refused:
            if refused.code != "seats_taken":  # Somebody was quicker: there are others.
                raise
    raise SystemExit("Others were quicker five times.")

if __name__ == "__main__":
    site, email, password, *event_id = sys.argv[1:]
    evently = Evently(site)
    evently.post("auth/login", email=email, password=password)
    event = evently.get("events/get", event_id=event_id[0]) if event_id else evently.get("events/list", limit=1)["items"][0]
    booking = book(evently, event)
    print(booking["reference"], booking["status"], booking["total_amount_minor"], booking["currency"])
