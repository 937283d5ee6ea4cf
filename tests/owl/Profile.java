import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;

/** Print every way in which an RDF file is not OWL 2 DL, one a line; the exit code is 1 if there is any. */
public class Profile {
    public static void main(String[] arguments) throws Exception {
        var ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(arguments[0]));
        if (ontology.getLogicalAxiomCount() == 0) {
            throw new IllegalStateException("nothing to check: " + arguments[0] + " holds no axiom");
        }
        var report = new OWL2DLProfile().checkOntology(ontology);
        report.getViolations().stream().map(Object::toString).sorted().forEach(System.out::println);
        System.exit(report.isInProfile() ? 0 : 1);
    }
}
