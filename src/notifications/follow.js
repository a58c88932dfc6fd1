{
  const unread = document.getElementById("unread");
  let stream;
  const follow = () => {
    stream?.close();
    if (document.hidden) return;
    stream = new EventSource("/api/v1/notifications/stream");
    stream.onmessage = ({ data }) => {
      unread.textContent = data;
      unread.classList.toggle("unread-none", data === "0");
    };
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("load", follow);
}
