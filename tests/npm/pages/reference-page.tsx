// Draws the page of reference.tsx.
import { createRoot } from "react-dom/client";
import { App } from "./reference";

createRoot(document.getElementById("root")!).render(<App />);
