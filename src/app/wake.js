// Calls this when there is something to be seen, so that what wakes the page up doesn't keep its first look waiting on a slow
// line; in a tab that isn't looked at, after a second.
((wake) => {
  let isAwake = false;
  const wakeOnce = () => {
    if (!isAwake) wake();
    isAwake = true;
  };
  new PerformanceObserver(wakeOnce).observe({ type: "paint", buffered: true });
  setTimeout(wakeOnce, 1000);
})
