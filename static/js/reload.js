/** For authors, in development only: the page reloads when its content has been loaded anew, at the same place. */
const socket = new WebSocket(new URL("/ws/content/", location.href.replace(/^http/, "ws")));
socket.addEventListener("message", () => location.reload());
